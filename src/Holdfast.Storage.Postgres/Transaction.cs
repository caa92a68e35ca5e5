using Holdfast.Engine;
using Holdfast.Storage.Payloads;
using Holdfast.Storage.Postgres.Payloads;
using Npgsql;
using NpgsqlTypes;

namespace Holdfast.Storage.Postgres;

/// <summary>
/// What the batches of one transaction come to, as a few statements over arrays: all of it goes to the server and back in one round trip, in
/// which PostgreSQL writes everything or nothing.
/// </summary>
internal sealed class Transaction
{
    private const short WorkflowRunKind = 1;

    private readonly Dictionary<RunKey, StagedRun> runs = [];
    private readonly Dictionary<(string NamespaceId, string WorkflowId), string?> currentRuns = [];
    private readonly List<(RunKey Run, long EntityId)> deleted = [];
    private readonly List<(RunKey Run, CachedHeader Header, IReadOnlyList<JournalRow> Rows)> compacted = [];
    private readonly List<int> shards = [];
    private readonly List<long> rangeIds = [];

    /// <summary>The runs that this transaction creates.</summary>
    public IEnumerable<RunKey> NewRuns => runs.Where(run => run.Value.IsNew).Select(run => run.Key);

    /// <summary>The range id that a shard's owner shows. The same again is no news.</summary>
    public void Claim(int shard, long rangeId)
    {
        for (var i = 0; i < shards.Count; i++)
        {
            if (shards[i] == shard && rangeIds[i] == rangeId)
                return;
        }

        shards.Add(shard);
        rangeIds.Add(rangeId);
    }

    public void Create(int shard, RunWrite write, CachedHeader header)
    {
        runs.Add(write.Run, new StagedRun(shard, header, isNew: true));
        Write(shard, write, header);
    }

    public void Write(int shard, RunWrite write, CachedHeader header)
    {
        if (!runs.TryGetValue(write.Run, out var run))
            runs.Add(write.Run, run = new StagedRun(shard, header, isNew: false));
        run.Writes.Add(write);
        if (write.BecomesCurrent)
            currentRuns[(write.Run.NamespaceId, write.Run.WorkflowId)] = write.Run.RunId;
    }

    /// <summary>Takes back all that was staged of a run, and deletes what is stored of it.</summary>
    public void Delete(in RunKey run, CachedHeader header)
    {
        var gone = run;
        compacted.RemoveAll(compaction => compaction.Run == gone);
        var isNew = runs.Remove(run, out var staged) && staged.IsNew;
        if (!isNew)
            deleted.Add((run, header.EntityId));
        var workflow = (run.NamespaceId, run.WorkflowId);
        if (currentRuns.TryGetValue(workflow, out var current) && current == run.RunId)
            currentRuns[workflow] = null;
    }

    /// <summary>Replaces the rows of a run up to the last of the new ones.</summary>
    public void Compact(RunWrite write, CachedHeader header) => compacted.Add((write.Run, header, write.Compacted));

    /// <summary>The statements. Deletions come before what may take the place of the deleted; chunks go last, when all that use them are known.</summary>
    public NpgsqlBatch ToBatch(NpgsqlConnection connection, ChunkWriter chunkWriter)
    {
        var rows = NewRows();
        var compactedRows = compacted.SelectMany(run => run.Rows, (run, row) => (run.Header.EntityId, Row: row)).ToList();
        List<PreparedRow> large = [.. CutLarge(connection, chunkWriter, rows), .. CutLarge(connection, chunkWriter, compactedRows)];
        var batch = new NpgsqlBatch(connection);
        Add(batch, "SELECT assert_range_ids($1, $2)", Array(shards), Array(rangeIds));
        if (deleted.Count > 0)
            AddDeletions(batch);
        AddHeaders(batch);
        if (large.Count > 0)
            AddChunks(batch, large);
        if (rows.Count > 0)
            AddRows(batch, rows);
        if (compacted.Count > 0)
            AddCompactions(batch, compactedRows);
        AddSlots(batch);
        AddCurrentRuns(batch);
        AddVisibility(batch);
        if (deleted.Count + compacted.Count > 0)
            AddEndOfUses(batch, large);
        return batch;
    }

    private void AddDeletions(NpgsqlBatch batch)
    {
        var ids = deleted.Select(run => run.EntityId).ToList();
        Add(batch, "DELETE FROM journal WHERE entity_id = ANY ($1)", Array(ids));
        Add(batch, "DELETE FROM slot WHERE entity_id = ANY ($1)", Array(ids));
        Add(batch, "DELETE FROM visibility WHERE entity_id = ANY ($1)", Array(ids));
        Add(batch, "DELETE FROM entity WHERE entity_id = ANY ($1)", Array(ids));
        Add(
            batch,
            """
            DELETE FROM current_run c USING unnest($1, $2, $3) AS d (namespace_id, workflow_id, run_id)
            WHERE c.namespace_id = d.namespace_id AND c.workflow_id = d.workflow_id AND c.run_id = d.run_id
            """,
            Array(deleted.Select(run => StoredText.From(run.Run.NamespaceId))),
            Array(deleted.Select(run => StoredText.From(run.Run.WorkflowId))),
            Array(deleted.Select(run => StoredText.From(run.Run.RunId))));
    }

    private void AddHeaders(NpgsqlBatch batch)
    {
        var created = runs.Where(run => run.Value.IsNew).ToList();
        if (created.Count > 0)
        {
            Add(
                batch,
                $"""
                INSERT INTO entity (entity_id, shard, kind, namespace_id, business_id, run_id, status, next_sequence, wake_at, owes, base_sequence)
                SELECT entity_id, shard, {WorkflowRunKind}, namespace_id, business_id, run_id, status, next_sequence, wake_at, owes, base_sequence
                FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                    AS n (entity_id, shard, namespace_id, business_id, run_id, status, next_sequence, wake_at, owes, base_sequence)
                """,
                Array(created.Select(run => run.Value.Header.EntityId)),
                Array(created.Select(run => run.Value.Shard)),
                Array(created.Select(run => StoredText.From(run.Key.NamespaceId))),
                Array(created.Select(run => StoredText.From(run.Key.WorkflowId))),
                Array(created.Select(run => StoredText.From(run.Key.RunId))),
                Array(created.Select(run => (short)run.Value.Header.Status)),
                Array(created.Select(run => run.Value.Header.NextSequence)),
                Array(created.Select(run => run.Value.Header.WakeAt)),
                Array(created.Select(run => run.Value.Header.Owes)),
                Array(created.Select(run => run.Value.Header.BaseSequence)));
        }

        var changed = runs.Values.Where(run => !run.IsNew).Select(run => run.Header).ToList();
        if (changed.Count > 0)
        {
            Add(
                batch,
                """
                UPDATE entity SET status = c.status, next_sequence = c.next_sequence, wake_at = c.wake_at, owes = c.owes, base_sequence = c.base_sequence
                FROM unnest($1, $2, $3, $4, $5, $6) AS c (entity_id, status, next_sequence, wake_at, owes, base_sequence)
                WHERE entity.entity_id = c.entity_id
                """,
                Array(changed.Select(header => header.EntityId)),
                Array(changed.Select(header => (short)header.Status)),
                Array(changed.Select(header => header.NextSequence)),
                Array(changed.Select(header => header.WakeAt)),
                Array(changed.Select(header => header.Owes)),
                Array(changed.Select(header => header.BaseSequence)));
        }
    }

    private List<(long EntityId, JournalRow Row)> NewRows() =>
    [
        .. from run in runs.Values
           from write in run.Writes
           where write.Records.Length > 0
           select (run.Header.EntityId, new JournalRow(write.Sequence, write.FirstEventId, write.LastEventId, write.Records)),
    ];

    /// <summary>Puts what is to be stored of large rows in their places.</summary>
    private static List<PreparedRow> CutLarge(NpgsqlConnection connection, ChunkWriter writer, List<(long EntityId, JournalRow Row)> rows)
    {
        var places = Enumerable.Range(0, rows.Count).Where(place => ChunkedRow.Suits(rows[place].Row.Records.Span)).ToList();
        if (places.Count == 0)
            return [];

        var prepared = writer.Prepare(connection, places.ConvertAll(place => (rows[place].EntityId, rows[place].Row.Records)));
        for (var i = 0; i < places.Count; i++)
            rows[places[i]] = (rows[places[i]].EntityId, rows[places[i]].Row with { Records = prepared[i].Stored });
        return prepared;
    }

    private static void AddChunks(NpgsqlBatch batch, List<PreparedRow> large)
    {
        var created = large.SelectMany(row => row.Created).ToList();
        if (created.Count > 0)
        {
            Add(
                batch,
                "INSERT INTO chunk (chunk_id, hash, size, data) SELECT * FROM unnest($1, $2, $3, $4)",
                Array(created.Select(chunk => chunk.Number)),
                Array(created.Select(chunk => (ReadOnlyMemory<byte>)chunk.Chunk.Hash.ToArray())),
                Array(created.Select(chunk => chunk.Chunk.Size)),
                Array(created.Select(chunk => chunk.Chunk.Data)));
        }

        var (entities, chunks) = UsesOf(large);
        Add(
            batch,
            "INSERT INTO chunk_use (entity_id, chunk_id) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING",
            Array(entities),
            Array(chunks));
    }

    /// <summary>Ends the uses of runs that are deleted or compacted, except for what this transaction writes, and deletes the chunks that nobody uses then.</summary>
    private void AddEndOfUses(NpgsqlBatch batch, List<PreparedRow> large)
    {
        var ended = deleted.Select(run => run.EntityId).Concat(compacted.Select(run => run.Header.EntityId)).ToHashSet();
        var (entities, chunks) = UsesOf(large.FindAll(row => ended.Contains(row.EntityId)));

        // All parts of the statement see what was before it: also the uses that it ends.
        Add(
            batch,
            """
            WITH gone AS (
                DELETE FROM chunk_use u WHERE u.entity_id = ANY ($1)
                    AND NOT EXISTS (SELECT 1 FROM unnest($2, $3) AS k (entity_id, chunk_id) WHERE k.entity_id = u.entity_id AND k.chunk_id = u.chunk_id)
                RETURNING u.entity_id, u.chunk_id)
            DELETE FROM chunk c USING (SELECT DISTINCT chunk_id FROM gone) g
            WHERE c.chunk_id = g.chunk_id AND NOT EXISTS (
                SELECT 1 FROM chunk_use u WHERE u.chunk_id = c.chunk_id
                    AND NOT EXISTS (SELECT 1 FROM gone WHERE gone.entity_id = u.entity_id AND gone.chunk_id = u.chunk_id))
            """,
            Array(ended),
            Array(entities),
            Array(chunks));
    }

    private static (List<long> Entities, List<long> Chunks) UsesOf(List<PreparedRow> large)
    {
        var uses = large.SelectMany(row => row.Chunks, (row, number) => (row.EntityId, Number: number)).Distinct().ToList();
        return (uses.ConvertAll(use => use.EntityId), uses.ConvertAll(use => use.Number));
    }

    private static void AddRows(NpgsqlBatch batch, List<(long EntityId, JournalRow Row)> rows) => Add(
        batch,
        """
        INSERT INTO journal (entity_id, sequence, first_event_id, last_event_id, records)
        SELECT * FROM unnest($1, $2, $3, $4, $5)
        """,
        Array(rows.Select(row => row.EntityId)),
        Array(rows.Select(row => row.Row.Sequence)),
        Array(rows.Select(row => row.Row.FirstEventId)),
        Array(rows.Select(row => row.Row.LastEventId)),
        Array(rows.Select(row => row.Row.Records)));

    private void AddCompactions(NpgsqlBatch batch, List<(long EntityId, JournalRow Row)> rows)
    {
        Add(
            batch,
            "DELETE FROM journal j USING unnest($1, $2) AS c (entity_id, through) WHERE j.entity_id = c.entity_id AND j.sequence <= c.through",
            Array(compacted.Select(run => run.Header.EntityId)),
            Array(compacted.Select(run => run.Rows[^1].Sequence)));
        AddRows(batch, rows);
        Add(
            batch,
            """
            UPDATE entity SET base_sequence = c.base_sequence, compacted = true FROM unnest($1, $2) AS c (entity_id, base_sequence)
            WHERE entity.entity_id = c.entity_id
            """,
            Array(compacted.Select(run => run.Header.EntityId)),
            Array(compacted.Select(run => run.Header.BaseSequence)));
    }

    private void AddSlots(NpgsqlBatch batch)
    {
        List<(long EntityId, SlotChange Slot)> set = [], cleared = [];
        foreach (var run in runs.Values)
        {
            foreach (var slot in run.LastSlots())
                (slot.Value is null ? cleared : set).Add((run.Header.EntityId, slot));
        }

        if (cleared.Count > 0)
        {
            Add(
                batch,
                """
                DELETE FROM slot USING unnest($1, $2) AS c (entity_id, name) WHERE slot.entity_id = c.entity_id AND slot.name = c.name
                """,
                Array(cleared.Select(change => change.EntityId)),
                Array(cleared.Select(change => StoredText.From(change.Slot.Name))));
        }

        if (set.Count > 0)
        {
            Add(
                batch,
                """
                INSERT INTO slot (entity_id, name, value) SELECT * FROM unnest($1, $2, $3)
                ON CONFLICT (entity_id, name) DO UPDATE SET value = excluded.value
                """,
                Array(set.Select(change => change.EntityId)),
                Array(set.Select(change => StoredText.From(change.Slot.Name))),
                Array(set.Select(change => change.Slot.Value!.Memory)));
        }
    }

    private void AddCurrentRuns(NpgsqlBatch batch)
    {
        // One that became current and was deleted again had taken the place of an earlier one.
        var none = currentRuns.Where(current => current.Value is null).Select(current => current.Key).ToList();
        if (none.Count > 0)
        {
            Add(
                batch,
                """
                DELETE FROM current_run c USING unnest($1, $2) AS d (namespace_id, workflow_id)
                WHERE c.namespace_id = d.namespace_id AND c.workflow_id = d.workflow_id
                """,
                Array(none.Select(workflow => StoredText.From(workflow.NamespaceId))),
                Array(none.Select(workflow => StoredText.From(workflow.WorkflowId))));
        }

        var some = currentRuns.Where(current => current.Value is not null).ToList();
        if (some.Count > 0)
        {
            Add(
                batch,
                """
                INSERT INTO current_run (namespace_id, workflow_id, run_id) SELECT * FROM unnest($1, $2, $3)
                ON CONFLICT (namespace_id, workflow_id) DO UPDATE SET run_id = excluded.run_id
                """,
                Array(some.Select(current => StoredText.From(current.Key.NamespaceId))),
                Array(some.Select(current => StoredText.From(current.Key.WorkflowId))),
                Array(some.Select(current => StoredText.From(current.Value!))));
        }
    }

    private void AddVisibility(NpgsqlBatch batch)
    {
        var listed = (
            from run in runs
            let row = run.Value.LastVisibility()
            where row is not null
            select (run.Value.Header.EntityId, Run: run.Key, Row: row)).ToList();
        if (listed.Count > 0)
            batch.BatchCommands.Add(VisibilityWriter.Upsert(listed));
    }

    private static void Add(NpgsqlBatch batch, string sql, params NpgsqlParameter[] parameters)
    {
#pragma warning disable CA2100 // Constants only.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        command.Parameters.AddRange(parameters);
        batch.BatchCommands.Add(command);
    }

    internal static NpgsqlParameter Array(IEnumerable<ReadOnlyMemory<byte>> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };

    internal static NpgsqlParameter Array<T>(IEnumerable<T> values) => new NpgsqlParameter<T[]> { TypedValue = values.ToArray() };

    private sealed class StagedRun(int shard, CachedHeader header, bool isNew)
    {
        public int Shard { get; } = shard;

        public CachedHeader Header { get; } = header;

        public bool IsNew { get; } = isNew;

        public List<RunWrite> Writes { get; } = new(1);

        /// <summary>The slots as they are after all writes: one statement cannot change a row twice.</summary>
        public IEnumerable<SlotChange> LastSlots()
        {
            if (Writes is [var only])
                return only.Slots.Count < 2 ? only.Slots : only.Slots.GroupBy(slot => slot.Name).Select(changes => changes.Last());
            return Writes.SelectMany(write => write.Slots).GroupBy(slot => slot.Name).Select(changes => changes.Last());
        }

        public VisibilityRow? LastVisibility()
        {
            VisibilityRow? last = null;
            foreach (var write in Writes)
                last = write.Visibility ?? last;
            return last;
        }
    }
}
