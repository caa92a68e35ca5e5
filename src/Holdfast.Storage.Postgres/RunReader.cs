using Google.Protobuf;
using Holdfast.Engine;
using Npgsql;

namespace Holdfast.Storage.Postgres;

/// <summary>Reads runs and what is due.</summary>
internal static class RunReader
{
    private const int HeaderPart = 0;
    private const int RowPart = 1;

    public static async ValueTask<StoredRun?> LoadAsync(NpgsqlDataSource database, RunKey run, CancellationToken cancellation)
    {
        // One statement, so that header, rows and slots are of one instant.
        await using var select = database.CreateCommand("""
            WITH header AS (SELECT entity_id, next_sequence FROM entity WHERE business_id = $1 AND run_id = $2 AND namespace_id = $3)
            SELECT 0, next_sequence, NULL::text, NULL::bytea FROM header
            UNION ALL SELECT 1, j.sequence, NULL, j.records FROM header JOIN journal j ON j.entity_id = header.entity_id
            UNION ALL SELECT 2, 0, s.name, s.value FROM header JOIN slot s ON s.entity_id = header.entity_id
            """);
        AddKey(select, run);
        var isFound = false;
        var nextSequence = 0L;
        var rows = new List<(long Sequence, byte[] Records)>();
        var slots = new Dictionary<string, ByteString>();
        try
        {
            await using var parts = await select.ExecuteReaderAsync(cancellation);
            while (await parts.ReadAsync(cancellation))
            {
                switch (parts.GetInt32(0))
                {
                    case HeaderPart:
                        isFound = true;
                        nextSequence = parts.GetInt64(1);
                        break;
                    case RowPart:
                        rows.Add((parts.GetInt64(1), parts.GetFieldValue<byte[]>(3)));
                        break;
                    default:
                        slots.Add(StoredText.ToText(parts.GetString(2)), UnsafeByteOperations.UnsafeWrap(parts.GetFieldValue<byte[]>(3)));
                        break;
                }
            }
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted)
        {
            throw new DamagedRunException(run, e.MessageText, e);
        }

        if (!isFound)
            return null;

        rows.Sort((one, other) => one.Sequence.CompareTo(other.Sequence));
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Sequence != i + 1)
                throw new DamagedRunException(run, $"journal row {i + 1} is missing.");
        }

        if (rows.Count != nextSequence - 1)
            throw new DamagedRunException(run, $"there are {rows.Count} journal rows, its header names {nextSequence - 1}.");
        return new StoredRun([.. rows.Select(row => row.Records)], slots);
    }

    public static async ValueTask<string?> FindCurrentRunAsync(
        NpgsqlDataSource database, string namespaceId, string workflowId, CancellationToken cancellation)
    {
        await using var select = database.CreateCommand("SELECT run_id FROM current_run WHERE namespace_id = $1 AND workflow_id = $2");
        Add(select, StoredText.From(namespaceId));
        Add(select, StoredText.From(workflowId));
        return await select.ExecuteScalarAsync(cancellation) is string found ? StoredText.ToText(found) : null;
    }

    public static async ValueTask<IReadOnlyList<DueRun>> FindDueAsync(
        NpgsqlDataSource database, int shard, DateTime wakeBefore, DueRun? after, int limit, CancellationToken cancellation)
    {
        var found = new List<DueRun>();
        if (after is null or { Owes: true })
        {
            await using var owing = database.CreateCommand("""
                SELECT entity_id, namespace_id, business_id, run_id, owes, wake_at FROM entity
                WHERE shard = $1 AND owes AND entity_id > $2 ORDER BY entity_id LIMIT $3
                """);
            Add(owing, shard);
            Add(owing, after?.EntityId ?? 0);
            Add(owing, limit);
            await TakeAsync(owing, found, cancellation);
        }

        if (found.Count < limit)
        {
            var (time, entityId) = after is { Owes: false, WakeAt: { } wakeAt } ? (StoredTime.From(wakeAt), after.EntityId) : (long.MinValue, 0);
            await using var waking = database.CreateCommand("""
                SELECT entity_id, namespace_id, business_id, run_id, owes, wake_at FROM entity
                WHERE shard = $1 AND NOT owes AND wake_at IS NOT NULL AND wake_at < $2 AND (wake_at, entity_id) > ($3, $4)
                ORDER BY wake_at, entity_id LIMIT $5
                """);
            Add(waking, shard);
            Add(waking, StoredTime.From(wakeBefore));
            Add(waking, time);
            Add(waking, entityId);
            Add(waking, limit - found.Count);
            await TakeAsync(waking, found, cancellation);
        }

        return found;
    }

    public static async ValueTask<IReadOnlyList<RunKey>> FindExpiredAsync(
        NpgsqlDataSource database, string namespaceId, DateTime closedBefore, int limit, CancellationToken cancellation)
    {
        await using var select = database.CreateCommand("""
            SELECT v.workflow_id, v.run_id FROM visibility v JOIN entity e ON e.entity_id = v.entity_id
            WHERE v.namespace_id = $1 AND v.close_time < $2 AND NOT e.owes ORDER BY v.close_time LIMIT $3
            """);
        Add(select, StoredText.From(namespaceId));
        Add(select, StoredTime.From(closedBefore));
        Add(select, limit);
        var found = new List<RunKey>();
        await using var rows = await select.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            found.Add(new RunKey(namespaceId, StoredText.ToText(rows.GetString(0)), StoredText.ToText(rows.GetString(1))));
        return found;
    }

    private static async ValueTask TakeAsync(NpgsqlCommand select, List<DueRun> found, CancellationToken cancellation)
    {
        await using var rows = await select.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            found.Add(new DueRun(
                rows.GetInt64(0),
                new RunKey(StoredText.ToText(rows.GetString(1)), StoredText.ToText(rows.GetString(2)), StoredText.ToText(rows.GetString(3))),
                rows.GetBoolean(4),
                rows.IsDBNull(5) ? null : StoredTime.ToUtc(rows.GetInt64(5))));
        }
    }

    private static void AddKey(NpgsqlCommand command, RunKey run)
    {
        Add(command, StoredText.From(run.WorkflowId));
        Add(command, StoredText.From(run.RunId));
        Add(command, StoredText.From(run.NamespaceId));
    }

    private static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}
