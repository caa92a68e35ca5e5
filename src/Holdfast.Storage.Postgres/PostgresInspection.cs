using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Storage.Inspection;
using Holdfast.Storage.Payloads;
using Holdfast.Storage.Postgres.Payloads;
using Npgsql;

namespace Holdfast.Storage.Postgres;

/// <summary>
/// Looks through a database without changing it, whether a server uses it or not. Everything is read in one transaction, and so shows one instant. What
/// PostgreSQL itself may find wrong with its files is the business of its own tools (<c>pg_amcheck</c>).
/// </summary>
public sealed class PostgresInspection : IStoreInspection
{
    private const string Headers = "SELECT entity_id, namespace_id, business_id, run_id, shard, status, wake_at, owes FROM entity";

    private readonly NpgsqlConnection connection;

    private PostgresInspection(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>Opens an existing database of this program's schema version, only to read.</summary>
    /// <exception cref="StoreUnusableException">It cannot be reached, or holds nothing of ours, or is of another schema version.</exception>
    public static async ValueTask<PostgresInspection> OpenAsync(PostgresAddress address, CancellationToken cancellation) =>
        new(await Database.ConnectToInspectAsync(address, cancellation));

    public async ValueTask<int> ReadShardCountAsync(CancellationToken cancellation)
    {
        try
        {
            await using var select = Command("SELECT value FROM setting WHERE name = 'shards'");
            return await select.ExecuteScalarAsync(cancellation) is string count ? int.Parse(count, CultureInfo.InvariantCulture) : 0;
        }
        catch (Exception e) when (e is PostgresException or FormatException or OverflowException)
        {
            await RollBackAsync();
            throw StoreDamagedException.Settings(e.Message, e);
        }
    }

    public async ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation)
    {
        try
        {
            return await PostgresStore.LoadNamespacesAsync(Command, cancellation);
        }
        catch (Exception e) when (e is PostgresException or JsonException)
        {
            await RollBackAsync();
            throw StoreDamagedException.Namespaces(e.Message, e);
        }
    }

    public async ValueTask<IReadOnlyList<InspectedRun>> ReadRunsAsync(long afterEntityId, int limit, CancellationToken cancellation)
    {
        await using var select = Command($"{Headers} WHERE entity_id > $1 AND kind = 1 ORDER BY entity_id LIMIT $2");
        select.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterEntityId });
        select.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        var runs = await ReadHeadersAsync(select, $"The headers of the runs behind entity {afterEntityId} cannot be read", cancellation);
        for (var i = 0; i < runs.Count; i++)
            runs[i] = await InspectAsync(runs[i], cancellation);
        return runs;
    }

    public async ValueTask<InspectedRun?> FindRunAsync(RunKey run, CancellationToken cancellation)
    {
        await using var select = Command($"{Headers} WHERE business_id = $1 AND run_id = $2 AND namespace_id = $3 AND kind = 1");
        foreach (var part in (string[])[run.WorkflowId, run.RunId, run.NamespaceId])
            select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = StoredText.From(part) });
        var found = await ReadHeadersAsync(select, $"The header of run {run} cannot be read", cancellation);
        return found is [var header] ? await InspectAsync(header, cancellation) : null;
    }

    public async ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation)
    {
        try
        {
            return await RunReader.FindCurrentRunAsync(Command, namespaceId, workflowId, cancellation);
        }
        catch (PostgresException e)
        {
            await RollBackAsync();
            throw new StoreDamagedException($"The current run of workflow {workflowId} cannot be read: {e.MessageText}", e);
        }
    }

    public async IAsyncEnumerable<StoreDamage> FindDamageAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        const string listed = "it is listed, but there is no such run.";
        const string current = "it is the current run of its workflow id, but there is no such run.";
        var ofRuns = new (string Sql, string Problem, string What)[]
        {
            ("""
            SELECT c.namespace_id, c.workflow_id, c.run_id FROM current_run c LEFT JOIN entity e
                ON e.business_id = c.workflow_id AND e.run_id = c.run_id AND e.namespace_id = c.namespace_id
            WHERE e.entity_id IS NULL
            """, current, "The table of current runs"),
            ("""
            SELECT v.namespace_id, v.workflow_id, v.run_id FROM visibility v LEFT JOIN entity e ON e.entity_id = v.entity_id WHERE e.entity_id IS NULL
            """, listed, "The visibility table"),
        };
        foreach (var (sql, problem, what) in ofRuns)
        {
            var damages = await ReadDamagesAsync(
                sql,
                row => new StoreDamage(
                    new RunKey(StoredText.ToText(row.GetString(0)), StoredText.ToText(row.GetString(1)), StoredText.ToText(row.GetString(2))), problem),
                what,
                cancellation);
            foreach (var damage in damages)
                yield return damage;
        }

        foreach (var (table, rows, what) in ((string, string, string)[])
        [
            ("journal", "journal rows belong to", "The journal"),
            ("slot", "slots belong to", "The table of slots"),
            ("chunk_use", "payload chunks are kept for", "The table of payload chunks' users"),
        ])
        {
            var damages = await ReadDamagesAsync(
                $"SELECT r.entity_id, count(*) FROM {table} r LEFT JOIN entity e ON e.entity_id = r.entity_id WHERE e.entity_id IS NULL GROUP BY r.entity_id",
                row => new StoreDamage(null, $"{row.GetInt64(1)} {rows} entity {row.GetInt64(0)}, which does not exist."),
                what,
                cancellation);
            foreach (var damage in damages)
                yield return damage;
        }

        var unused = await ReadDamagesAsync(
            "SELECT count(*) FROM chunk c WHERE NOT EXISTS (SELECT 1 FROM chunk_use u WHERE u.chunk_id = c.chunk_id) HAVING count(*) > 0",
            row => new StoreDamage(null, $"{row.GetInt64(0)} payload chunks are used by no run."),
            "The table of payload chunks",
            cancellation);
        foreach (var damage in unused)
            yield return damage;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

#pragma warning disable CA2100 // Constants only; what a caller gives is a parameter.
    private NpgsqlCommand Command(string sql) => new(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100

    /// <summary>A statement that failed would else fail all that come after it.</summary>
    private async ValueTask RollBackAsync()
    {
        await using var command = Command("ROLLBACK TO SAVEPOINT whole");
        await command.ExecuteNonQueryAsync();
    }

    private async ValueTask<List<StoreDamage>> ReadDamagesAsync(
        string sql, Func<NpgsqlDataReader, StoreDamage> damageOf, string what, CancellationToken cancellation)
    {
        var found = new List<StoreDamage>();
        try
        {
            await using var select = Command(sql);
            await using var rows = await select.ExecuteReaderAsync(cancellation);
            while (await rows.ReadAsync(cancellation))
                found.Add(damageOf(rows));
        }
        catch (PostgresException e)
        {
            await RollBackAsync();
            found.Add(new StoreDamage(null, $"{what} cannot be checked: {e.MessageText}"));
        }

        return found;
    }

    private async ValueTask<List<InspectedRun>> ReadHeadersAsync(NpgsqlCommand select, string problem, CancellationToken cancellation)
    {
        var headers = new List<InspectedRun>();
        try
        {
            await using var rows = await select.ExecuteReaderAsync(cancellation);
            while (await rows.ReadAsync(cancellation))
            {
                headers.Add(new InspectedRun
                {
                    EntityId = rows.GetInt64(0),
                    Run = new RunKey(StoredText.ToText(rows.GetString(1)), StoredText.ToText(rows.GetString(2)), StoredText.ToText(rows.GetString(3))),
                    Shard = rows.GetInt32(4),
                    Status = rows.GetInt16(5),
                    WakeAt = rows.IsDBNull(6) ? null : StoredTime.ToUtc(rows.GetInt64(6)),
                    Owes = rows.GetBoolean(7),
                    Journal = null,
                    Visibility = null,
                });
            }
        }
        catch (PostgresException e)
        {
            await RollBackAsync();
            throw new StoreDamagedException($"{problem}: {e.MessageText}", e);
        }

        return headers;
    }

    private async ValueTask<InspectedRun> InspectAsync(InspectedRun header, CancellationToken cancellation)
    {
        try
        {
            // A run that is found by its number but not by its name sits in a damaged index.
            header = await ReadRowsAsync(header, cancellation) is { } rows
                ? header with
                {
                    Journal = new StoredRun(
                        [.. rows.Select(row => row.Records.ToArray())], await ReadSlotsAsync(header.EntityId, cancellation), rows.Count == 0 ? 1 : rows[0].Sequence),
                }
                : header with { Damage = "its header is not found by its name." };
        }
        catch (DamagedRunException e)
        {
            if (e.InnerException is PostgresException)
                await RollBackAsync();
            header = header with { Damage = e.Damage };
        }
        catch (PostgresException e)
        {
            await RollBackAsync();
            header = header with { Damage = e.MessageText };
        }

        try
        {
            return header with { Visibility = await VisibilityReader.FindAsync(Command, header.Run.NamespaceId, header.EntityId, cancellation) };
        }
        catch (PostgresException e)
        {
            await RollBackAsync();
            return header with { Damage = header.Damage ?? $"its visibility row cannot be read: {e.MessageText}" };
        }
    }

    private async ValueTask<List<JournalRow>?> ReadRowsAsync(InspectedRun header, CancellationToken cancellation)
    {
        if (await RunReader.ReadStoredRowsAsync(Command, header.Run, 0, long.MaxValue, cancellation) is not { } rows)
            return null;

        var unregistered = ChunkReader.Chunks(rows);
        await ChunkReader.RestoreAsync(Command, header.Run, rows, cancellation);
        if (unregistered.Count > 0)
        {
            await using var select = Command("SELECT chunk_id FROM chunk_use WHERE entity_id = $1");
            select.Parameters.Add(new NpgsqlParameter<long> { TypedValue = header.EntityId });
            await using var uses = await select.ExecuteReaderAsync(cancellation);
            while (await uses.ReadAsync(cancellation))
                unregistered.Remove(uses.GetInt64(0));
            if (unregistered.Count > 0)
                throw new DamagedRunException(header.Run, ChunkedRow.Unregistered(unregistered.Min()));
        }

        return rows;
    }

    private async ValueTask<Dictionary<string, ByteString>> ReadSlotsAsync(long entityId, CancellationToken cancellation)
    {
        await using var select = Command("SELECT name, value FROM slot WHERE entity_id = $1");
        select.Parameters.Add(new NpgsqlParameter<long> { TypedValue = entityId });
        var slots = new Dictionary<string, ByteString>();
        await using var rows = await select.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            slots.Add(StoredText.ToText(rows.GetString(0)), UnsafeByteOperations.UnsafeWrap(rows.GetFieldValue<byte[]>(1)));
        return slots;
    }
}
