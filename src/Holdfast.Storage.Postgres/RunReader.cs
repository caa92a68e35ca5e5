using System.Runtime.InteropServices;
using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Storage.Postgres.Payloads;
using Npgsql;

namespace Holdfast.Storage.Postgres;

/// <summary>Reads runs and what is due.</summary>
internal static class RunReader
{
    private const int HeaderPart = 0;
    private const int RowPart = 1;

    private const string AllRows = """
        SELECT j.sequence, j.first_event_id, j.last_event_id, j.records, e.next_sequence, e.compacted
        FROM entity e LEFT JOIN journal j ON j.entity_id = e.entity_id
        WHERE e.business_id = $1 AND e.run_id = $2 AND e.namespace_id = $3 ORDER BY j.sequence
        """;

    // The last two conditions leave out the rows without events that lie between.
    internal const string RowsOfEvents = """
        SELECT j.sequence, j.first_event_id, j.last_event_id, j.records, e.next_sequence, e.compacted
        FROM entity e LEFT JOIN journal j ON j.entity_id = e.entity_id
            AND j.sequence >= row_of_event(e.entity_id, $4, e.next_sequence) AND j.sequence <= row_of_event(e.entity_id, $5, e.next_sequence)
            AND j.last_event_id >= $4 AND j.first_event_id <= $5
        WHERE e.business_id = $1 AND e.run_id = $2 AND e.namespace_id = $3 ORDER BY j.sequence
        """;

    public static ValueTask<StoredRun?> LoadAsync(NpgsqlDataSource database, RunKey run, CancellationToken cancellation) =>
        ChunkReader.AgainAsync(() => LoadOnceAsync(database, run, cancellation));

    private static async ValueTask<StoredRun?> LoadOnceAsync(NpgsqlDataSource database, RunKey run, CancellationToken cancellation)
    {
        // One statement, so that header, rows and slots are of one instant.
        await using var select = database.CreateCommand("""
            WITH header AS (SELECT entity_id, next_sequence, base_sequence FROM entity WHERE business_id = $1 AND run_id = $2 AND namespace_id = $3)
            SELECT 0, next_sequence, base_sequence, NULL::text, NULL::bytea FROM header
            UNION ALL SELECT 1, j.sequence, 0, NULL, j.records FROM header JOIN journal j
                ON j.entity_id = header.entity_id AND j.sequence >= header.base_sequence
            UNION ALL SELECT 2, 0, 0, s.name, s.value FROM header JOIN slot s ON s.entity_id = header.entity_id
            """);
        AddKey(select, run);
        var isFound = false;
        var nextSequence = 0L;
        var baseSequence = 1L;
        var rows = new List<JournalRow>();
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
                        baseSequence = parts.GetInt64(2);
                        break;
                    case RowPart:
                        rows.Add(new JournalRow(parts.GetInt64(1), 0, 0, parts.GetFieldValue<byte[]>(4)));
                        break;
                    default:
                        slots.Add(StoredText.ToText(parts.GetString(3)), UnsafeByteOperations.UnsafeWrap(parts.GetFieldValue<byte[]>(4)));
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
            if (rows[i].Sequence != baseSequence + i)
                throw new DamagedRunException(run, $"journal row {baseSequence + i} is missing.");
        }

        var last = baseSequence + rows.Count - 1;
        if (last != nextSequence - 1)
            throw new DamagedRunException(run, $"there are {last} journal rows, its header names {nextSequence - 1}.");
        await ChunkReader.RestoreAsync(database.CreateCommand, run, rows, cancellation);
        return new StoredRun(rows.ConvertAll(row => MemoryMarshal.TryGetArray(row.Records, out var array) ? array.Array! : []), slots, baseSequence);
    }

    /// <summary>The rows that hold events of a range; with the range open at both ends, those without events too.</summary>
    public static ValueTask<List<JournalRow>?> ReadRowsAsync(
        Func<string, NpgsqlCommand> command, RunKey run, long firstEventId, long lastEventId, CancellationToken cancellation) =>
        ChunkReader.AgainAsync(async () =>
        {
            var rows = await ReadStoredRowsAsync(command, run, firstEventId, lastEventId, cancellation);
            if (rows is not null)
                await ChunkReader.RestoreAsync(command, run, rows, cancellation);
            return rows;
        });

    /// <summary>The same, as they are stored: large ones as their chunks.</summary>
    public static async ValueTask<List<JournalRow>?> ReadStoredRowsAsync(
        Func<string, NpgsqlCommand> command, RunKey run, long firstEventId, long lastEventId, CancellationToken cancellation)
    {
        await using var select = command(firstEventId > 0 ? RowsOfEvents : AllRows);
        AddKey(select, run);
        if (firstEventId > 0)
        {
            Add(select, firstEventId);
            Add(select, lastEventId);
        }

        var isFound = false;
        var (nextSequence, isCompacted) = (0L, false);
        var found = new List<JournalRow>();
        try
        {
            await using var rows = await select.ExecuteReaderAsync(cancellation);
            while (await rows.ReadAsync(cancellation))
            {
                isFound = true;
                (nextSequence, isCompacted) = (rows.GetInt64(4), rows.GetBoolean(5));
                if (!rows.IsDBNull(0))
                    found.Add(new JournalRow(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetFieldValue<byte[]>(3)));
            }
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted)
        {
            throw new DamagedRunException(run, e.MessageText, e);
        }

        if (!isFound)
            return null;
        if (firstEventId > 0)
            return found;

        var first = isCompacted && found.Count > 0 ? found[0].Sequence : 1;
        for (var i = 0; i < found.Count; i++)
        {
            if (found[i].Sequence != first + i)
                throw new DamagedRunException(run, $"journal row {first + i} is missing.");
        }

        return first + found.Count == nextSequence
            ? found
            : throw new DamagedRunException(run, $"there are {first + found.Count - 1} journal rows, its header names {nextSequence - 1}.");
    }

    public static async ValueTask<IReadOnlyList<CompactableRun>> FindCompactableAsync(
        NpgsqlDataSource database, int shard, long afterEntityId, int limit, CancellationToken cancellation)
    {
        await using var select = database.CreateCommand("""
            SELECT entity_id, namespace_id, business_id, run_id FROM entity
            WHERE shard = $1 AND status > 1 AND status <> 8 AND NOT owes AND NOT compacted AND entity_id > $2 ORDER BY entity_id LIMIT $3
            """);
        Add(select, shard);
        Add(select, afterEntityId);
        Add(select, limit);
        var found = new List<CompactableRun>();
        await using var rows = await select.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            found.Add(new CompactableRun(
                rows.GetInt64(0),
                new RunKey(StoredText.ToText(rows.GetString(1)), StoredText.ToText(rows.GetString(2)), StoredText.ToText(rows.GetString(3)))));
        }

        return found;
    }

    public static async ValueTask<string?> FindCurrentRunAsync(
        Func<string, NpgsqlCommand> command, string namespaceId, string workflowId, CancellationToken cancellation)
    {
        await using var select = command("SELECT run_id FROM current_run WHERE namespace_id = $1 AND workflow_id = $2");
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
