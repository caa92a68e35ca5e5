using System.Runtime.InteropServices;
using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Storage.Payloads;
using Holdfast.Storage.Sqlite.Payloads;
using Microsoft.Data.Sqlite;

namespace Holdfast.Storage.Sqlite;

/// <summary>One read connection with its prepared statements; one caller at a time.</summary>
internal sealed class Reader : IDisposable
{
    private readonly Statement begin;
    private readonly Statement end;
    private readonly Statement findHeader;
    private readonly Statement loadRows;
    private readonly Statement probe;
    private readonly Statement findCompactable;
    private readonly Statement loadSlots;
    private readonly Statement findCurrentRun;
    private readonly Statement findOwing;
    private readonly Statement findWaking;
    private readonly Statement findExpired;
    private readonly ChunkReader chunks;
    private readonly Statement findDictionary;
    private readonly RowUnpacker unpacker = new();

    public Reader(SqliteConnection connection, StoredIds ids)
    {
        Connection = connection;
        Ids = ids;
        chunks = new ChunkReader(connection);
        findDictionary = new Statement(connection, "SELECT hash, data FROM dictionary WHERE dictionary_id = ?1");
        begin = new Statement(connection, "BEGIN");
        end = new Statement(connection, "COMMIT");
        findHeader = new Statement(connection, """
            SELECT entity_id, next_sequence, base_sequence, compacted FROM entity WHERE business_id = ?1 AND run_id = ?2 AND namespace_id = ?3
            """);
        loadRows = new Statement(connection, """
            SELECT sequence, first_event_id, last_event_id, records FROM journal WHERE entity_id = ?1 AND sequence >= ?2 ORDER BY sequence
            """);
        probe = new Statement(connection, """
            SELECT sequence, last_event_id FROM journal WHERE entity_id = ?1 AND sequence >= ?2 AND last_event_id > 0 ORDER BY sequence LIMIT 1
            """);
        findCompactable = new Statement(connection, """
            SELECT entity_id, namespace_id, business_id, run_id FROM entity
            WHERE shard = ?1 AND status > 1 AND status <> 8 AND NOT owes AND NOT compacted AND entity_id > ?2 ORDER BY entity_id LIMIT ?3
            """);
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

    public StoredIds Ids { get; }

    public StoredRun? LoadRun(RunKey run) => Read(run, () =>
    {
        if (FindHeader(run) is not { } header)
            return null;

        var rows = ReadRows(run, header, header.BaseSequence).ConvertAll(row => MemoryMarshal.TryGetArray(row.Records, out var array) ? array.Array! : []);
        return new StoredRun(rows, ReadSlots(header), header.BaseSequence);
    });

    public List<JournalRow>? LoadJournal(RunKey run) => Read(run, () => FindHeader(run) is { } header ? ReadRows(run, header, FirstSequence(header)) : null);

    /// <summary>A run with its whole journal, within a transaction that is under way.</summary>
    public StoredRun? ReadWholeRun(RunKey run)
    {
        try
        {
            if (FindHeader(run) is not { } header)
                return null;
            var first = FirstSequence(header);
            var rows = ReadRows(run, header, first);
            chunks.CheckUses(run, header.EntityId);
            return new StoredRun(rows.ConvertAll(row => row.Records.ToArray()), ReadSlots(header), first);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_CORRUPT)
        {
            throw new DamagedRunException(run, e.Message, e);
        }
        finally
        {
            loadRows.Reset();
            loadSlots.Reset();
            chunks.Clear();
        }
    }

    public List<JournalRow>? ReadHistory(RunKey run, long firstEventId, long lastEventId) => Read(run, () =>
    {
        if (FindHeader(run) is not { } header)
            return null;

        // Event ids grow with the sequence, so the first row is found by halving, without an index that each append would have to pay for.
        var (low, high) = (1L, header.NextSequence);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Probe(header.EntityId, middle) is { } row && row.LastEventId < firstEventId)
                low = row.Sequence + 1;
            else
                high = middle;
        }

        var rows = new List<JournalRow>();
        loadRows.Bind(1, header.EntityId).Bind(2, low);
        while (loadRows.Read())
        {
            if (loadRows.Long(1) > lastEventId)
                break;
            if (loadRows.Long(2) >= firstEventId)
                rows.Add(CurrentRow(run));
        }

        return rows;
    });

    public List<CompactableRun> FindCompactableRuns(int shard, long afterEntityId, int limit)
    {
        var found = new List<CompactableRun>();
        findCompactable.Bind(1, shard).Bind(2, afterEntityId).Bind(3, limit);
        try
        {
            while (findCompactable.Read())
                found.Add(new CompactableRun(findCompactable.Long(0), Ids.KeyOf(findCompactable.Text(1), findCompactable.Text(2), findCompactable.Text(3))));
            return found;
        }
        finally
        {
            findCompactable.Reset();
        }
    }

    public string? FindCurrentRun(string namespaceId, string workflowId)
    {
        findCurrentRun.Bind(1, Ids.Namespace(namespaceId)).Bind(2, workflowId);
        try
        {
            return findCurrentRun.Read() ? Ids.RunOf(namespaceId, findCurrentRun.Text(0)) : null;
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

    /// <summary>Workflow ids that have a current run, in the order of namespace (as it is stored) and id, after a given one.</summary>
    public List<(string NamespaceId, string WorkflowId)> ListWorkflowIds(string namespaceId, string workflowId, int limit)
    {
        using var select = new Statement(Connection, """
            SELECT namespace_id, workflow_id FROM current_run WHERE (namespace_id, workflow_id) > (?1, ?2) ORDER BY namespace_id, workflow_id LIMIT ?3
            """);
        select.Bind(1, namespaceId).Bind(2, workflowId).Bind(3, limit);
        var found = new List<(string, string)>();
        while (select.Read())
            found.Add((select.Text(0), select.Text(1)));
        return found;
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
            return DueRunsOfDamagedTable.Find(Connection, Ids, shard, wakeBefore, after, limit);
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
        findExpired.Bind(1, Ids.Namespace(namespaceId)).Bind(2, StoredTime.From(closedBefore)).Bind(3, limit);
        try
        {
            while (findExpired.Read())
                found.Add(new RunKey(namespaceId, findExpired.Text(0), Ids.RunOf(namespaceId, findExpired.Text(1))));
            return found;
        }
        finally
        {
            findExpired.Reset();
        }
    }

    public void Dispose()
    {
        foreach (var statement in new[] { begin, end, findHeader, loadRows, loadSlots, findCurrentRun, findOwing, findWaking, findExpired, probe, findCompactable })
            statement.Dispose();
        chunks.Dispose();
        findDictionary.Dispose();
        unpacker.Dispose();
        Connection.Dispose();
    }

    /// <summary>Reads of one instant; a damaged page is the run's damage.</summary>
    private T Read<T>(RunKey run, Func<T> read)
    {
        begin.Execute();
        try
        {
            return read();
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_CORRUPT)
        {
            throw new DamagedRunException(run, e.Message, e);
        }
        finally
        {
            loadRows.Reset();
            loadSlots.Reset();
            chunks.Clear();
            end.Execute();
        }
    }

    private List<JournalRow> ReadRows(RunKey run, in Header header, long firstSequence)
    {
        var rows = new List<JournalRow>((int)(header.NextSequence - firstSequence));
        loadRows.Bind(1, header.EntityId).Bind(2, firstSequence);
        while (loadRows.Read())
        {
            var expected = firstSequence + rows.Count;
            if (loadRows.Long(0) != expected)
                throw new DamagedRunException(run, $"journal row {expected} is missing.");
            rows.Add(CurrentRow(run));
        }

        var last = firstSequence + rows.Count - 1;
        if (last != header.NextSequence - 1)
            throw new DamagedRunException(run, $"there are {last} journal rows, its header names {header.NextSequence - 1}.");
        return rows;
    }

    private Dictionary<string, ByteString> ReadSlots(in Header header)
    {
        var slots = new Dictionary<string, ByteString>();
        loadSlots.Bind(1, header.EntityId);
        while (loadSlots.Read())
            slots[loadSlots.Text(0)] = ByteString.CopyFrom(loadSlots.Blob(1));
        return slots;
    }

    /// <summary>Sequence of the first row that is stored: only a compacted journal begins later than with 1.</summary>
    private long FirstSequence(in Header header) => header.IsCompacted ? Probe(header.EntityId, 1)?.Sequence ?? header.BaseSequence : 1;

    private JournalRow CurrentRow(RunKey run)
    {
        var stored = loadRows.Blob(3);
        var records = ChunkedRow.IsAt(stored) ? chunks.Restore(run, loadRows.Long(0), stored)
            : RowUnpacker.IsPacked(stored) ? Unpack(run, loadRows.Long(0), stored)
            : stored.ToArray();
        return new JournalRow(loadRows.Long(0), loadRows.Long(1), loadRows.Long(2), records);
    }

    private byte[] Unpack(RunKey run, long sequence, ReadOnlySpan<byte> stored)
    {
        try
        {
            return unpacker.Restore(sequence, stored, FindDictionary);
        }
        catch (InvalidDataException e)
        {
            throw new DamagedRunException(run, e.Message, e);
        }
    }

    private (byte[] Hash, byte[] Bytes)? FindDictionary(int number)
    {
        findDictionary.Bind(1, number);
        try
        {
            return findDictionary.Read() ? (findDictionary.Blob(0).ToArray(), findDictionary.Blob(1).ToArray()) : null;
        }
        finally
        {
            findDictionary.Reset();
        }
    }


    /// <summary>The first row from a sequence on that holds history events.</summary>
    private (long Sequence, long LastEventId)? Probe(long entityId, long sequence)
    {
        probe.Bind(1, entityId).Bind(2, sequence);
        try
        {
            return probe.Read() ? (probe.Long(0), probe.Long(1)) : null;
        }
        finally
        {
            probe.Reset();
        }
    }

    private Header? FindHeader(RunKey run)
    {
        findHeader.Bind(1, run.WorkflowId).Bind(2, Ids.Run(run.NamespaceId, run.RunId)).Bind(3, Ids.Namespace(run.NamespaceId));
        try
        {
            return findHeader.Read() ? new Header(findHeader.Long(0), findHeader.Long(1), findHeader.Long(2), findHeader.Long(3) != 0) : null;
        }
        finally
        {
            findHeader.Reset();
        }
    }

    private void Take(Statement statement, List<DueRun> found)
    {
        try
        {
            while (statement.Read())
            {
                found.Add(new DueRun(
                    statement.Long(0),
                    Ids.KeyOf(statement.Text(1), statement.Text(2), statement.Text(3)),
                    statement.Long(4) != 0,
                    statement.IsNull(5) ? null : StoredTime.ToUtc(statement.Long(5))));
            }
        }
        finally
        {
            statement.Reset();
        }
    }

    private readonly record struct Header(long EntityId, long NextSequence, long BaseSequence, bool IsCompacted);
}
