using Holdfast.Engine;
using Holdfast.Storage.Payloads;
using Holdfast.Storage.Sqlite.Payloads;
using Microsoft.Data.Sqlite;

namespace Holdfast.Storage.Sqlite;

/// <summary>
/// Writes transactions through the one connection that writes. Journal rows are appended in order; a header is written once for each
/// transaction however many writes touch its run. Used by one thread at a time.
/// </summary>
internal sealed class CommitWriter : IDisposable
{
    private const int WorkflowRunKind = 1;

    // Headers of about this many runs are remembered (some 250 bytes each); when it is full, all are forgotten and looked up again.
    private const int MaxCachedHeaders = 20_000;

    private readonly SqliteConnection connection;
    private readonly ShardOwnership shards;
    private readonly KnownWorkflowIds known;
    private readonly StoredIds ids;
    private readonly Dictionary<RunKey, CachedHeader> headers = [];
    private readonly List<CachedHeader> changed = [];
    private readonly Statement begin;
    private readonly Statement commit;
    private readonly Statement rollback;
    private readonly Statement findHeader;
    private readonly Statement insertHeader;
    private readonly Statement updateHeader;
    private readonly Statement updateDueHeader;
    private readonly Statement insertRow;
    private readonly Statement setCurrentRun;
    private readonly Statement setSlot;
    private readonly Statement clearSlot;
    private readonly Statement[] deletes;
    private readonly Statement deleteCurrentRun;
    private readonly Statement markCompacted;
    private readonly VisibilityWriter visibility;
    private readonly ChunkWriter chunks;

    public CommitWriter(SqliteConnection connection, ShardOwnership shards, KnownWorkflowIds known, StoredIds ids, RecentChunks recent)
    {
        this.ids = ids;
        this.known = known;
        this.connection = connection;
        this.shards = shards;
        begin = new Statement(connection, "BEGIN IMMEDIATE");
        commit = new Statement(connection, "COMMIT");
        rollback = new Statement(connection, "ROLLBACK");
        findHeader = new Statement(connection, """
            SELECT entity_id, next_sequence, status, wake_at, owes, base_sequence FROM entity WHERE business_id = ?1 AND run_id = ?2 AND namespace_id = ?3
            """);
        insertHeader = new Statement(connection, """
            INSERT INTO entity (shard, kind, namespace_id, business_id, run_id, status, next_sequence, wake_at, owes)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING entity_id
            """);
        updateHeader = new Statement(connection, "UPDATE entity SET status = ?2, next_sequence = ?3, base_sequence = ?4 WHERE entity_id = ?1");
        updateDueHeader = new Statement(connection, """
            UPDATE entity SET status = ?2, next_sequence = ?3, base_sequence = ?4, wake_at = ?5, owes = ?6 WHERE entity_id = ?1
            """);
        insertRow = new Statement(connection, """
            INSERT INTO journal (entity_id, sequence, first_event_id, last_event_id, records) VALUES (?1, ?2, ?3, ?4, ?5)
            """);
        setCurrentRun = new Statement(connection, """
            INSERT INTO current_run (namespace_id, workflow_id, run_id) VALUES (?1, ?2, ?3)
            ON CONFLICT (namespace_id, workflow_id) DO UPDATE SET run_id = excluded.run_id
            """);
        setSlot = new Statement(connection, """
            INSERT INTO slot (entity_id, name, value) VALUES (?1, ?2, ?3) ON CONFLICT (entity_id, name) DO UPDATE SET value = excluded.value
            """);
        clearSlot = new Statement(connection, "DELETE FROM slot WHERE entity_id = ?1 AND name = ?2");
        deletes =
        [
            new Statement(connection, "DELETE FROM journal WHERE entity_id = ?1"),
            new Statement(connection, "DELETE FROM slot WHERE entity_id = ?1"),
            new Statement(connection, "DELETE FROM visibility WHERE entity_id = ?1"),
            new Statement(connection, "DELETE FROM entity WHERE entity_id = ?1"),
        ];
        markCompacted = new Statement(connection, "UPDATE entity SET base_sequence = ?2, compacted = 1 WHERE entity_id = ?1");
        deleteCurrentRun = new Statement(connection, "DELETE FROM current_run WHERE namespace_id = ?1 AND workflow_id = ?2 AND run_id = ?3");
        visibility = new VisibilityWriter(connection, ids);
        chunks = new ChunkWriter(connection, recent);
    }

    /// <summary>Writes all, durable on return, or throws and writes nothing.</summary>
    public void Commit(IReadOnlyList<CommitBatch> batches)
    {
        foreach (var batch in batches)
            shards.Check(batch);

        // Room is made between transactions only: within one, a header looked up again would be the one before its changes.
        if (headers.Count >= MaxCachedHeaders)
            headers.Clear();

        try
        {
            begin.Execute();
            foreach (var batch in batches)
            {
                foreach (var write in batch.Writes)
                    Apply(batch.Shard, write);
            }

            foreach (var header in changed)
                Update(header);
            changed.Clear();
            commit.Execute();
        }
        catch
        {
            Undo();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var statement in new[]
        {
            begin, commit, rollback, findHeader, insertHeader, updateHeader, updateDueHeader, insertRow, setCurrentRun, setSlot, clearSlot,
            deleteCurrentRun, markCompacted,
        }.Concat(deletes))
        {
            statement.Dispose();
        }

        visibility.Dispose();
        chunks.Dispose();
    }

    private void Apply(int shard, RunWrite write)
    {
        if (write.Deletes)
        {
            Delete(write.Run);
            return;
        }

        if (write.Compacted.Count > 0)
        {
            Compact(write);
            return;
        }

        var header = write.IsNew ? Create(shard, write) : Touch(write);
        if (write.Records.Length > 0)
            Append(header, write);
        foreach (var slot in write.Slots)
            Set(header.EntityId, slot);
        if (write.BecomesCurrent)
        {
            known.Add(write.Run.NamespaceId, write.Run.WorkflowId);
            Bind(setCurrentRun, write.Run).Execute();
        }

        if (write.Visibility is { } row)
            visibility.Write(header.EntityId, write.Run, row);
    }

    private void Delete(in RunKey run)
    {
        if (Find(run) is not { } header)
            return;

        // Forgotten at once: its number may be given to the next run that is created.
        headers.Remove(run);
        changed.Remove(header);
        foreach (var delete in deletes)
            delete.Bind(1, header.EntityId).Execute();
        chunks.Collect(chunks.EndUses(header.EntityId));
        Bind(deleteCurrentRun, run).Execute();
    }

    private void Compact(RunWrite write)
    {
        if (Find(write.Run) is not { } header || write.Compacted[^1].Sequence != header.NextSequence - 1)
            return;

        deletes[0].Bind(1, header.EntityId).Execute();
        var used = chunks.EndUses(header.EntityId);
        foreach (var row in write.Compacted)
            Insert(header.EntityId, row.Sequence, row.FirstEventId, row.LastEventId, row.Records, row.Cut);
        chunks.Collect(used);

        header.BaseSequence = header.NextSequence - 1;
        markCompacted.Bind(1, header.EntityId).Bind(2, header.BaseSequence).Execute();
    }

    private CachedHeader Create(int shard, RunWrite write)
    {
        if (Find(write.Run) is not null)
            throw CommitConflictException.Exists(write.Run);

        // The row about to be appended is counted in here, so that a run created and written once costs no second header write.
        var wakeAt = Stored(write.WakeAt);
        insertHeader.Bind(1, shard).Bind(2, WorkflowRunKind)
            .Bind(3, ids.Namespace(write.Run.NamespaceId)).Bind(4, write.Run.WorkflowId).Bind(5, ids.Run(write.Run.NamespaceId, write.Run.RunId))
            .Bind(6, write.Status).Bind(7, write.Records.Length > 0 ? 2 : 1).Bind(8, wakeAt).Bind(9, write.Owes ? 1 : 0);
        try
        {
            insertHeader.Read();
            var header = new CachedHeader(insertHeader.Long(0), nextSequence: 1)
            {
                Status = write.Status,
                WakeAt = wakeAt,
                Owes = write.Owes,
                StoredWakeAt = wakeAt,
                StoredOwes = write.Owes,
            };
            headers[write.Run] = header;
            return header;
        }
        finally
        {
            insertHeader.Reset();
        }
    }

    private CachedHeader Touch(RunWrite write)
    {
        var header = Find(write.Run) ?? throw CommitConflictException.Unknown(write.Run);
        header.Status = write.Status;
        header.WakeAt = Stored(write.WakeAt);
        header.Owes = write.Owes;
        if (!header.Changed)
        {
            header.Changed = true;
            changed.Add(header);
        }

        return header;
    }

    private void Append(CachedHeader header, RunWrite write)
    {
        if (write.Sequence != header.NextSequence)
            throw CommitConflictException.Sequence(write.Run, header.NextSequence, write.Sequence);

        Insert(header.EntityId, write.Sequence, write.FirstEventId, write.LastEventId, write.Records, write.Cut);
        header.NextSequence++;
        if (!write.HasSnapshot)
            return;

        header.BaseSequence = write.Sequence;
        if (!header.Changed)
        {
            header.Changed = true;
            changed.Add(header);
        }
    }

    private void Insert(long entityId, long sequence, long firstEventId, long lastEventId, ReadOnlyMemory<byte> records, CutRow? cut)
    {
        var stored = ChunkedRow.Suits(records.Span) ? chunks.Write(entityId, records, cut) : records.Span;
        insertRow.Bind(1, entityId).Bind(2, sequence).Bind(3, firstEventId).Bind(4, lastEventId).Bind(5, stored).Execute();
    }

    private void Set(long entityId, SlotChange slot)
    {
        if (slot.Value is { } value)
            setSlot.Bind(1, entityId).Bind(2, slot.Name).Bind(3, value.Span).Execute();
        else
            clearSlot.Bind(1, entityId).Bind(2, slot.Name).Execute();
    }

    private void Update(CachedHeader header)
    {
        header.Changed = false;
        if (header.WakeAt == header.StoredWakeAt && header.Owes == header.StoredOwes)
        {
            // Naming an indexed column in an update rewrites the index even where the value stays.
            updateHeader.Bind(1, header.EntityId).Bind(2, header.Status).Bind(3, header.NextSequence).Bind(4, header.BaseSequence).Execute();
            return;
        }

        updateDueHeader.Bind(1, header.EntityId).Bind(2, header.Status).Bind(3, header.NextSequence).Bind(4, header.BaseSequence)
            .Bind(5, header.WakeAt).Bind(6, header.Owes ? 1 : 0).Execute();
        header.StoredWakeAt = header.WakeAt;
        header.StoredOwes = header.Owes;
    }

    private CachedHeader? Find(RunKey run)
    {
        if (headers.TryGetValue(run, out var known))
            return known;

        findHeader.Bind(1, run.WorkflowId).Bind(2, ids.Run(run.NamespaceId, run.RunId)).Bind(3, ids.Namespace(run.NamespaceId));
        try
        {
            if (!findHeader.Read())
                return null;

            long? wakeAt = findHeader.IsNull(3) ? null : findHeader.Long(3);
            var owes = findHeader.Long(4) != 0;
            var header = new CachedHeader(findHeader.Long(0), findHeader.Long(1))
            {
                Status = findHeader.Int(2),
                WakeAt = wakeAt,
                Owes = owes,
                BaseSequence = findHeader.Long(5),
                StoredWakeAt = wakeAt,
                StoredOwes = owes,
            };
            headers[run] = header;
            return header;
        }
        finally
        {
            findHeader.Reset();
        }
    }

    private Statement Bind(Statement statement, in RunKey run) =>
        statement.Bind(1, ids.Namespace(run.NamespaceId)).Bind(2, run.WorkflowId).Bind(3, ids.Run(run.NamespaceId, run.RunId));

    private void Undo()
    {
        // What is remembered went astray with the transaction.
        headers.Clear();
        changed.Clear();
        chunks.Undo();
        try
        {
            rollback.Execute();
        }
        catch (SqliteException)
        {
            // Some errors (a full disk) roll back by themselves; then there is no transaction left, and the first error is the one to tell.
        }
    }

    private static long? Stored(DateTime? time) => time is { } utc ? StoredTime.From(utc) : null;
}
