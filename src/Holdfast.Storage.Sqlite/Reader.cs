using Google.Protobuf;
using Holdfast.Engine;
using Microsoft.Data.Sqlite;

namespace Holdfast.Storage.Sqlite;

/// <summary>One read connection with its prepared statements; one caller at a time.</summary>
internal sealed class Reader : IDisposable
{
    private readonly Statement begin;
    private readonly Statement end;
    private readonly Statement findHeader;
    private readonly Statement loadRows;
    private readonly Statement loadSlots;
    private readonly Statement findCurrentRun;
    private readonly Statement findOwing;
    private readonly Statement findWaking;
    private readonly Statement findExpired;

    public Reader(SqliteConnection connection)
    {
        Connection = connection;
        begin = new Statement(connection, "BEGIN");
        end = new Statement(connection, "COMMIT");
        findHeader = new Statement(connection, """
            SELECT entity_id, next_sequence FROM entity WHERE business_id = ?1 AND run_id = ?2 AND namespace_id = ?3
            """);
        loadRows = new Statement(connection, "SELECT sequence, records FROM journal WHERE entity_id = ?1 ORDER BY sequence");
        loadSlots = new Statement(connection, "SELECT name, value FROM slot WHERE entity_id = ?1");
        findCurrentRun = new Statement(connection, "SELECT run_id FROM current_run WHERE namespace_id = ?1 AND workflow_id = ?2");
        findOwing = new Statement(connection, """
            SELECT entity_id, namespace_id, business_id, run_id, owes, wake_at FROM entity
            WHERE shard = ?1 AND owes AND entity_id > ?2 ORDER BY entity_id LIMIT ?3
            """);
        findWaking = new Statement(connection, """
            SELECT entity_id, namespace_id, business_id, run_id, owes, wake_at FROM entity
            WHERE shard = ?1 AND NOT owes AND wake_at IS NOT NULL AND wake_at < ?2 AND wake_at >= ?3 AND (wake_at, entity_id) > (?3, ?4)
            ORDER BY wake_at, entity_id LIMIT ?5
            """);
        findExpired = new Statement(connection, """
            SELECT v.workflow_id, v.run_id FROM visibility v JOIN entity e ON e.entity_id = v.entity_id
            WHERE v.namespace_id = ?1 AND v.close_time < ?2 AND NOT e.owes ORDER BY v.close_time LIMIT ?3
            """);
    }

    public SqliteConnection Connection { get; }

    public StoredRun? LoadRun(RunKey run)
    {
        // Header, rows and slots of one instant.
        begin.Execute();
        try
        {
            return ReadRun(run);
        }
        finally
        {
            end.Execute();
        }
    }

    /// <summary>The same within a transaction that is under way.</summary>
    public StoredRun? ReadRun(RunKey run)
    {
        try
        {
            if (FindHeader(run) is not { } header)
                return null;

            var rows = new List<byte[]>((int)header.NextSequence - 1);
            loadRows.Bind(1, header.EntityId);
            while (loadRows.Read())
            {
                if (loadRows.Long(0) != rows.Count + 1)
                    throw new DamagedRunException(run, $"journal row {rows.Count + 1} is missing.");
                rows.Add(loadRows.Blob(1).ToArray());
            }

            if (rows.Count != header.NextSequence - 1)
                throw new DamagedRunException(run, $"there are {rows.Count} journal rows, its header names {header.NextSequence - 1}.");

            var slots = new Dictionary<string, ByteString>();
            loadSlots.Bind(1, header.EntityId);
            while (loadSlots.Read())
                slots[loadSlots.Text(0)] = ByteString.CopyFrom(loadSlots.Blob(1));
            return new StoredRun(rows, slots);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_CORRUPT)
        {
            throw new DamagedRunException(run, e.Message, e);
        }
        finally
        {
            loadRows.Reset();
            loadSlots.Reset();
        }
    }

    public string? FindCurrentRun(string namespaceId, string workflowId)
    {
        findCurrentRun.Bind(1, namespaceId).Bind(2, workflowId);
        try
        {
            return findCurrentRun.Read() ? findCurrentRun.Text(0) : null;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_CORRUPT)
        {
            throw new DamagedRunException(new RunKey(namespaceId, workflowId, ""), $"which run is its current one cannot be read ({e.Message}).", e);
        }
        finally
        {
            findCurrentRun.Reset();
        }
    }

    public List<DueRun> FindDueRuns(int shard, DateTime wakeBefore, DueRun? after, int limit)
    {
        try
        {
            return FindDueRunsByIndex(shard, wakeBefore, after, limit);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_CORRUPT)
        {
            // One torn page must not keep the shard from all that it owes.
            return DueRunsOfDamagedTable.Find(Connection, shard, wakeBefore, after, limit);
        }
    }

    private List<DueRun> FindDueRunsByIndex(int shard, DateTime wakeBefore, DueRun? after, int limit)
    {
        var found = new List<DueRun>();
        if (after is null or { Owes: true })
            Take(findOwing.Bind(1, shard).Bind(2, after?.EntityId ?? 0).Bind(3, limit), found);
        if (found.Count < limit)
        {
            var (time, entityId) = after is { Owes: false, WakeAt: { } wakeAt } ? (StoredTime.From(wakeAt), after.EntityId) : (long.MinValue, 0);
            Take(findWaking.Bind(1, shard).Bind(2, StoredTime.From(wakeBefore)).Bind(3, time).Bind(4, entityId).Bind(5, limit - found.Count), found);
        }

        return found;
    }

    public List<RunKey> FindExpiredRuns(string namespaceId, DateTime closedBefore, int limit)
    {
        var found = new List<RunKey>();
        findExpired.Bind(1, namespaceId).Bind(2, StoredTime.From(closedBefore)).Bind(3, limit);
        try
        {
            while (findExpired.Read())
                found.Add(new RunKey(namespaceId, findExpired.Text(0), findExpired.Text(1)));
            return found;
        }
        finally
        {
            findExpired.Reset();
        }
    }

    public void Dispose()
    {
        foreach (var statement in new[] { begin, end, findHeader, loadRows, loadSlots, findCurrentRun, findOwing, findWaking, findExpired })
            statement.Dispose();
        Connection.Dispose();
    }

    private (long EntityId, long NextSequence)? FindHeader(RunKey run)
    {
        findHeader.Bind(1, run.WorkflowId).Bind(2, run.RunId).Bind(3, run.NamespaceId);
        try
        {
            return findHeader.Read() ? (findHeader.Long(0), findHeader.Long(1)) : null;
        }
        finally
        {
            findHeader.Reset();
        }
    }

    private static void Take(Statement statement, List<DueRun> found)
    {
        try
        {
            while (statement.Read())
            {
                found.Add(new DueRun(
                    statement.Long(0),
                    new RunKey(statement.Text(1), statement.Text(2), statement.Text(3)),
                    statement.Long(4) != 0,
                    statement.IsNull(5) ? null : StoredTime.ToUtc(statement.Long(5))));
            }
        }
        finally
        {
            statement.Reset();
        }
    }
}
