using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Holdfast.Engine;
using Holdfast.Storage.Inspection;
using Microsoft.Data.Sqlite;

namespace Holdfast.Storage.Sqlite;

/// <summary>
/// Looks through a database file without changing it, whether a server uses it or not. Everything is read in one transaction, and so shows one instant.
/// </summary>
public sealed class SqliteInspection : IStoreInspection
{
    // Of what SQLite itself finds wrong with its file: enough to see what is going on.
    private const int MaxFormProblems = 100;

    private readonly Reader reader;
    private readonly Statement list;
    private readonly Statement find;

    private SqliteInspection(SqliteConnection connection)
    {
        reader = new Reader(connection, StoredIds.Load(connection));
        list = new Statement(connection, """
            SELECT entity_id, namespace_id, business_id, run_id, shard, status, wake_at, owes FROM entity
            WHERE entity_id > ?1 AND kind = 1 ORDER BY entity_id LIMIT ?2
            """);
        find = new Statement(connection, """
            SELECT entity_id, namespace_id, business_id, run_id, shard, status, wake_at, owes FROM entity
            WHERE business_id = ?1 AND run_id = ?2 AND namespace_id = ?3 AND kind = 1
            """);
    }

    /// <summary>Opens an existing database of this program's schema version, only to read.</summary>
    /// <exception cref="StoreUnusableException">There is none, or it is foreign, older, newer, or damaged beyond reading.</exception>
    public static SqliteInspection Open(string path)
    {
        var connection = DatabaseFile.ConnectToInspect(System.IO.Path.GetFullPath(path));
        try
        {
            // The first read fixes what the transaction shows.
            DatabaseFile.Execute(connection, "BEGIN");
            DatabaseFile.Number(connection, "SELECT count(*) FROM setting");
            return new SqliteInspection(connection);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw DatabaseFile.Unusable(path, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public ValueTask<int> ReadShardCountAsync(CancellationToken cancellation)
    {
        try
        {
            using var select = new Statement(reader.Connection, "SELECT value FROM setting WHERE name = 'shards'");
            return ValueTask.FromResult(select.Read() ? int.Parse(select.Text(0), CultureInfo.InvariantCulture) : 0);
        }
        catch (Exception e) when (e is SqliteException or FormatException or OverflowException)
        {
            throw StoreDamagedException.Settings(e.Message, e);
        }
    }

    public ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation)
    {
        try
        {
            return ValueTask.FromResult<IReadOnlyList<StoredNamespace>>(SqliteStore.LoadNamespaces(reader));
        }
        catch (Exception e) when (e is SqliteException or JsonException)
        {
            throw StoreDamagedException.Namespaces(e.Message, e);
        }
    }

    public ValueTask<IReadOnlyList<InspectedRun>> ReadRunsAsync(long afterEntityId, int limit, CancellationToken cancellation)
    {
        list.Bind(1, afterEntityId).Bind(2, limit);
        var headers = Headers(list, $"The headers of the runs behind entity {afterEntityId} cannot be read");
        return ValueTask.FromResult<IReadOnlyList<InspectedRun>>([.. headers.Select(Inspect)]);
    }

    public ValueTask<InspectedRun?> FindRunAsync(RunKey run, CancellationToken cancellation)
    {
        find.Bind(1, run.WorkflowId).Bind(2, reader.Ids.Run(run.NamespaceId, run.RunId)).Bind(3, reader.Ids.Namespace(run.NamespaceId));
        var headers = Headers(find, $"The header of run {run} cannot be read");
        return ValueTask.FromResult(headers is [var header] ? Inspect(header) : null);
    }

    public ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation)
    {
        try
        {
            return ValueTask.FromResult(reader.FindCurrentRun(namespaceId, workflowId));
        }
        catch (SqliteException e)
        {
            throw new StoreDamagedException($"The current run of workflow {workflowId} cannot be read: {e.Message}", e);
        }
    }

    public async IAsyncEnumerable<StoreDamage> FindDamageAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var damage in FindDamage())
        {
            cancellation.ThrowIfCancellationRequested();
            yield return damage;
        }
    }

    public ValueTask DisposeAsync()
    {
        list.Dispose();
        find.Dispose();
        reader.Dispose();
        return ValueTask.CompletedTask;
    }

    private IEnumerable<StoreDamage> FindDamage() =>
    [
        .. Rows(
            $"PRAGMA integrity_check({MaxFormProblems})",
            row => row.Text(0) == "ok" ? null : new StoreDamage(null, $"SQLite finds: {row.Text(0)}."),
            "The form of the file"),
        .. Rows(
            """
            SELECT namespace_id, workflow_id, run_id FROM current_run
            WHERE NOT EXISTS (
                SELECT 1 FROM entity WHERE business_id = workflow_id AND entity.run_id = current_run.run_id AND entity.namespace_id = current_run.namespace_id)
            """,
            row => new StoreDamage(reader.Ids.KeyOf(row.Text(0), row.Text(1), row.Text(2)), "it is the current run of its workflow id, but there is no such run."),
            "The table of current runs"),
        .. Rows(
            "SELECT namespace_id, workflow_id, run_id FROM visibility WHERE entity_id NOT IN (SELECT entity_id FROM entity)",
            row => new StoreDamage(reader.Ids.KeyOf(row.Text(0), row.Text(1), row.Text(2)), "it is listed, but there is no such run."),
            "The visibility table"),
        .. Rows(
            "SELECT entity_id, count(*) FROM journal WHERE entity_id NOT IN (SELECT entity_id FROM entity) GROUP BY entity_id",
            row => new StoreDamage(null, $"{row.Long(1)} journal rows belong to entity {row.Long(0)}, which does not exist."),
            "The journal"),
        .. Rows(
            "SELECT entity_id, count(*) FROM slot WHERE entity_id NOT IN (SELECT entity_id FROM entity) GROUP BY entity_id",
            row => new StoreDamage(null, $"{row.Long(1)} slots belong to entity {row.Long(0)}, which does not exist."),
            "The table of slots"),
        .. Rows(
            "SELECT entity_id, count(*) FROM chunk_use WHERE entity_id NOT IN (SELECT entity_id FROM entity) GROUP BY entity_id",
            row => new StoreDamage(null, $"{row.Long(1)} payload chunks are kept for entity {row.Long(0)}, which does not exist."),
            "The table of payload chunks' users"),
        .. Rows(
            "SELECT count(*) FROM chunk WHERE chunk_id NOT IN (SELECT chunk_id FROM chunk_use)",
            row => row.Long(0) == 0 ? null : new StoreDamage(null, $"{row.Long(0)} payload chunks are used by no run."),
            "The table of payload chunks"),
    ];

    private IEnumerable<StoreDamage> Rows(string sql, Func<Statement, StoreDamage?> damageOf, string what)
    {
        var found = new List<StoreDamage>();
        try
        {
            using var select = new Statement(reader.Connection, sql);
            while (select.Read())
            {
                if (damageOf(select) is { } damage)
                    found.Add(damage);
            }
        }
        catch (SqliteException e)
        {
            found.Add(new StoreDamage(null, $"{what} cannot be checked: {e.Message}"));
        }

        return found;
    }

    private List<InspectedRun> Headers(Statement select, string problem)
    {
        var headers = new List<InspectedRun>();
        try
        {
            while (select.Read())
            {
                headers.Add(new InspectedRun
                {
                    EntityId = select.Long(0),
                    Run = reader.Ids.KeyOf(select.Text(1), select.Text(2), select.Text(3)),
                    Shard = select.Int(4),
                    Status = select.Int(5),
                    WakeAt = select.IsNull(6) ? null : StoredTime.ToUtc(select.Long(6)),
                    Owes = select.Long(7) != 0,
                    Journal = null,
                    Visibility = null,
                });
            }
        }
        catch (SqliteException e)
        {
            throw new StoreDamagedException($"{problem}: {e.Message}", e);
        }
        finally
        {
            select.Reset();
        }

        return headers;
    }

    private InspectedRun Inspect(InspectedRun header)
    {
        try
        {
            // A run that is found by its number but not by its name sits in a damaged index.
            header = reader.ReadWholeRun(header.Run) is { } journal
                ? header with { Journal = journal }
                : header with { Damage = "its header is not found by its name." };
        }
        catch (DamagedRunException e)
        {
            header = header with { Damage = e.Damage };
        }
        catch (SqliteException e)
        {
            header = header with { Damage = e.Message };
        }

        try
        {
            return header with { Visibility = VisibilityReader.Find(reader, header.Run.NamespaceId, header.EntityId) };
        }
        catch (SqliteException e)
        {
            return header with { Damage = header.Damage ?? $"its visibility row cannot be read: {e.Message}" };
        }
    }
}
