using System.Diagnostics;
using Holdfast.Engine;
using Holdfast.Storage.Postgres.Payloads;
using Npgsql;

namespace Holdfast.Storage.Postgres;

/// <summary>
/// Writes transactions through one connection, synchronously: the journal writer's thread has nothing else to do. What it remembers of headers
/// is right as long as its owner owns their shards, and the range ids tell whether it does. Used by one thread at a time.
/// </summary>
internal sealed class CommitWriter(WriterConnection connection)
{
    // Headers of about this many runs are remembered (some 250 bytes each); when it is full, all are forgotten and looked up again.
    private const int MaxCachedHeaders = 20_000;

    // As in the migration.
    private const int IdsPerBlock = 1000;

    private readonly Dictionary<RunKey, CachedHeader> headers = [];
    private readonly ChunkWriter chunks = new();
    private volatile bool forget;
    private long nextEntityId;
    private long endOfBlock;

    /// <summary>A shard changed hands, or somebody else may have written: nothing remembered holds any more. May be called from any thread.</summary>
    public void Forget() => forget = true;

    /// <summary>Writes all, durable on return, or throws.</summary>
    public void Commit(IReadOnlyList<CommitBatch> batches)
    {
        if (forget || headers.Count >= MaxCachedHeaders)
        {
            forget = false;
            headers.Clear();
        }

        var transaction = new Transaction();
        try
        {
            var open = connection.Open();
            LookUp(open, batches);
            foreach (var batch in batches)
            {
                transaction.Claim(batch.Shard, batch.RangeId);
                foreach (var write in batch.Writes)
                    Stage(open, transaction, batch.Shard, write);
            }

            using var statements = transaction.ToBatch(open, chunks);
            statements.ExecuteNonQuery();
        }
        catch (PostgresException e) when (e.SqlState == SqlStates.RangeIdStale)
        {
            headers.Clear();
            throw StaleOf(batches, e);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && e.ConstraintName == "entity_key")
        {
            headers.Clear();
            throw ExistingOf(transaction, e);
        }
        catch
        {
            // What is remembered went astray with the transaction.
            headers.Clear();
            throw;
        }
    }

    private void Stage(NpgsqlConnection open, Transaction transaction, int shard, RunWrite write)
    {
        headers.TryGetValue(write.Run, out var header);
        if (write.Deletes)
        {
            if (header is null)
                return;
            headers.Remove(write.Run);
            transaction.Delete(write.Run, header);
            return;
        }

        if (write.Compacted.Count > 0)
        {
            if (header is null || write.Compacted[^1].Sequence != header.NextSequence - 1)
                return;
            header.BaseSequence = header.NextSequence - 1;
            transaction.Compact(write, header);
            return;
        }

        if (write.IsNew)
        {
            if (header is not null)
                throw CommitConflictException.Exists(write.Run);
            header = new CachedHeader(NextEntityId(open), nextSequence: 1);
            headers.Add(write.Run, header);
            transaction.Create(shard, write, header);
        }
        else
        {
            if (header is null)
                throw CommitConflictException.Unknown(write.Run);
            transaction.Write(shard, write, header);
        }

        header.Status = write.Status;
        header.WakeAt = StoredTime.From(write.WakeAt);
        header.Owes = write.Owes;
        if (write.Records.Length == 0)
            return;
        if (write.Sequence != header.NextSequence)
            throw CommitConflictException.Sequence(write.Run, header.NextSequence, write.Sequence);
        header.NextSequence++;
        if (write.HasSnapshot)
            header.BaseSequence = write.Sequence;
    }

    /// <summary>
    /// Reads the headers of runs that are written on and not remembered. That this is another transaction does no harm: nobody else writes to the
    /// shards while they are owned, and the commit shows whether they are.
    /// </summary>
    private void LookUp(NpgsqlConnection open, IReadOnlyList<CommitBatch> batches)
    {
        HashSet<RunKey>? created = null;
        HashSet<RunKey>? unknown = null;
        foreach (var batch in batches)
        {
            foreach (var write in batch.Writes)
            {
                if (write.IsNew && unknown?.Contains(write.Run) != true)
                    (created ??= []).Add(write.Run);
                else if (!headers.ContainsKey(write.Run) && created?.Contains(write.Run) != true)
                    (unknown ??= []).Add(write.Run);
            }
        }

        if (unknown is null)
            return;

        var runs = unknown.ToList();
        using var select = new NpgsqlCommand(
            """
            SELECT sought.position, e.entity_id, e.next_sequence, e.status, e.wake_at, e.owes, e.base_sequence
            FROM unnest($1, $2, $3) WITH ORDINALITY AS sought (business_id, run_id, namespace_id, position)
            JOIN entity e ON e.business_id = sought.business_id AND e.run_id = sought.run_id AND e.namespace_id = sought.namespace_id
            """,
            open);
        select.Parameters.Add(Transaction.Array(runs.Select(run => StoredText.From(run.WorkflowId))));
        select.Parameters.Add(Transaction.Array(runs.Select(run => StoredText.From(run.RunId))));
        select.Parameters.Add(Transaction.Array(runs.Select(run => StoredText.From(run.NamespaceId))));
        using var rows = select.ExecuteReader();
        while (rows.Read())
        {
            headers[runs[(int)rows.GetInt64(0) - 1]] = new CachedHeader(rows.GetInt64(1), rows.GetInt64(2))
            {
                Status = rows.GetInt16(3),
                WakeAt = rows.IsDBNull(4) ? null : rows.GetInt64(4),
                Owes = rows.GetBoolean(5),
                BaseSequence = rows.GetInt64(6),
            };
        }
    }

    private long NextEntityId(NpgsqlConnection open)
    {
        if (nextEntityId == endOfBlock)
        {
            using var take = new NpgsqlCommand("SELECT nextval('entity_block')", open);
            nextEntityId = (long)take.ExecuteScalar()! * IdsPerBlock;
            endOfBlock = nextEntityId + IdsPerBlock;
        }

        return nextEntityId++;
    }

    /// <summary>Finds out which shard it is: range ids only grow, so what was stale still is.</summary>
    private ShardLostException StaleOf(IReadOnlyList<CommitBatch> batches, PostgresException refusal)
    {
        using var select = new NpgsqlCommand("SELECT shard, range_id FROM shard WHERE shard = ANY ($1)", connection.Open());
        select.Parameters.Add(Transaction.Array(batches.Select(batch => batch.Shard)));
        var stored = new Dictionary<int, long>();
        using (var rows = select.ExecuteReader())
        {
            while (rows.Read())
                stored.Add(rows.GetInt32(0), rows.GetInt64(1));
        }

        foreach (var batch in batches)
        {
            var found = stored.TryGetValue(batch.Shard, out var rangeId);
            if (!found || rangeId != batch.RangeId)
                return ShardLostException.RangeId(batch.Shard, batch.RangeId, found ? rangeId : null);
        }

        throw new UnreachableException(refusal.MessageText);
    }

    private CommitConflictException ExistingOf(Transaction transaction, PostgresException refusal)
    {
        foreach (var run in transaction.NewRuns)
        {
            using var select = new NpgsqlCommand("SELECT 1 FROM entity WHERE business_id = $1 AND run_id = $2 AND namespace_id = $3", connection.Open());
            select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = StoredText.From(run.WorkflowId) });
            select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = StoredText.From(run.RunId) });
            select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = StoredText.From(run.NamespaceId) });
            if (select.ExecuteScalar() is not null)
                return CommitConflictException.Exists(run);
        }

        throw new UnreachableException(refusal.MessageText);
    }
}
