using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Visibility;
using Holdfast.Storage.Inspection;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Storage.InMemory;

/// <summary>Keeps everything in memory, gone with the process: for development and tests. Durable means "in the dictionary".</summary>
public sealed class InMemoryStore : IStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<RunKey, MemoryRun> runs = [];
    private readonly Dictionary<(string NamespaceId, string WorkflowId), string> currentRuns = [];
    private readonly Dictionary<string, StoredNamespace> namespaces = [];
    private readonly Dictionary<int, OwnedShard> shards = [];
    private long lastEntityId;
    private int shardCount;

    public ValueTask<long> AcquireShardAsync(int shard, string owner, bool renew, CancellationToken cancellation)
    {
        lock (gate)
        {
            var found = shards.TryGetValue(shard, out var owned);
            if (renew && owned.Owner != owner)
                throw ShardLostException.Owner(shard, found ? owned.Owner : null);
            shards[shard] = new OwnedShard(owned.RangeId + 1, owner);
            return ValueTask.FromResult(owned.RangeId + 1);
        }
    }

    public ValueTask CommitAsync(IReadOnlyList<CommitBatch> batches, CancellationToken cancellation)
    {
        lock (gate)
        {
            Check(batches);
            foreach (var batch in batches)
            {
                foreach (var write in batch.Writes)
                    Apply(batch.Shard, write);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<StoredRun?> LoadRunAsync(RunKey run, CancellationToken cancellation)
    {
        lock (gate)
        {
            return ValueTask.FromResult(runs.TryGetValue(run, out var found)
                ? new StoredRun(
                    [.. found.Rows.Where(row => row.Sequence >= found.BaseSequence).Select(row => row.Records.ToArray())],
                    new Dictionary<string, ByteString>(found.Slots),
                    found.BaseSequence)
                : null);
        }
    }

    public ValueTask<IReadOnlyList<JournalRow>?> LoadJournalAsync(RunKey run, CancellationToken cancellation)
    {
        lock (gate)
        {
            return ValueTask.FromResult<IReadOnlyList<JournalRow>?>(runs.TryGetValue(run, out var found) ? [.. found.Rows] : null);
        }
    }

    public ValueTask<IReadOnlyList<JournalRow>?> ReadHistoryAsync(RunKey run, long firstEventId, long lastEventId, CancellationToken cancellation)
    {
        lock (gate)
        {
            return ValueTask.FromResult<IReadOnlyList<JournalRow>?>(runs.TryGetValue(run, out var found)
                ? [.. found.Rows.Where(row => row.LastEventId > 0 && row.LastEventId >= firstEventId && row.FirstEventId <= lastEventId)]
                : null);
        }
    }

    public ValueTask<IReadOnlyList<CompactableRun>> FindCompactableRunsAsync(int shard, long afterEntityId, int limit, CancellationToken cancellation)
    {
        lock (gate)
        {
            IReadOnlyList<CompactableRun> found =
            [
                .. runs.Values
                    .Where(run => run.Shard == shard && run.EntityId > afterEntityId && run.IsCompactable)
                    .OrderBy(run => run.EntityId)
                    .Take(limit)
                    .Select(run => new CompactableRun(run.EntityId, run.Key)),
            ];
            return ValueTask.FromResult(found);
        }
    }

    public RunWrite Prepare(RunWrite write) => write;

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> row) => JournalRows.Compress(row);

    public ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation)
    {
        lock (gate)
        {
            return ValueTask.FromResult(currentRuns.GetValueOrDefault((namespaceId, workflowId)));
        }
    }

    public ValueTask<IReadOnlyList<DueRun>> FindDueRunsAsync(
        int shard, DateTime wakeBefore, DueRun? after, int limit, CancellationToken cancellation)
    {
        lock (gate)
        {
            // Sorting what is due anew for each page is quadratic in the end, but only a restart pages, and this store knows none.
            IReadOnlyList<DueRun> page =
            [
                .. runs.Values
                    .Where(run => run.Shard == shard && (run.Owes || run.WakeAt < wakeBefore))
                    .Select(run => run.Due)
                    .Where(due => after is null || Urgency(due).CompareTo(Urgency(after)) > 0)
                    .OrderBy(Urgency)
                    .Take(limit),
            ];
            return ValueTask.FromResult(page);
        }

        static (DateTime Due, long EntityId) Urgency(DueRun run) => (run.Owes ? DateTime.MinValue : run.WakeAt!.Value, run.EntityId);
    }

    public ValueTask<IReadOnlyList<RunKey>> FindExpiredRunsAsync(string namespaceId, DateTime closedBefore, int limit, CancellationToken cancellation)
    {
        lock (gate)
        {
            IReadOnlyList<RunKey> expired =
            [
                .. runs.Values
                    .Where(run => run.Key.NamespaceId == namespaceId && !run.Owes && run.Visibility?.CloseTime < closedBefore)
                    .OrderBy(run => run.Visibility!.CloseTime)
                    .Take(limit)
                    .Select(run => run.Key),
            ];
            return ValueTask.FromResult(expired);
        }
    }

    public ValueTask<VisibilityPage> ListAsync(VisibilityQuery query, CancellationToken cancellation)
    {
        List<VisibilityEntry> entries;
        lock (gate)
        {
            entries = [.. Matching(query)];
        }

        var ordered = entries
            .Select(entry => (Place: VisibilityCursor.Of(entry), Entry: entry))
            .Where(row => query.After is null || VisibilityCursor.ListOrder.Compare(row.Place, query.After) > 0)
            .OrderBy(row => row.Place, VisibilityCursor.ListOrder)
            .Take(query.PageSize + 1)
            .ToList();
        if (ordered.Count <= query.PageSize)
            return ValueTask.FromResult(new VisibilityPage([.. ordered.Select(row => row.Entry)], null));

        ordered.RemoveAt(query.PageSize);
        return ValueTask.FromResult(new VisibilityPage([.. ordered.Select(row => row.Entry)], ordered[^1].Place));
    }

    public ValueTask<VisibilityCount> CountAsync(VisibilityQuery query, CancellationToken cancellation)
    {
        List<VisibilityEntry> entries;
        lock (gate)
        {
            entries = [.. Matching(query)];
        }

        var byStatus = query.Filter.GroupByStatus
            ? entries.CountBy(entry => entry.Row.Status).ToDictionary(group => group.Key, group => (long)group.Value)
            : new Dictionary<WorkflowExecutionStatus, long>();
        return ValueTask.FromResult(new VisibilityCount(entries.Count, byStatus));
    }

    public ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            return ValueTask.FromResult<IReadOnlyList<StoredNamespace>>([.. namespaces.Values.OrderBy(ns => ns.Name, StringComparer.Ordinal)]);
        }
    }

    public ValueTask SaveNamespaceAsync(StoredNamespace ns, CancellationToken cancellation)
    {
        lock (gate)
        {
            namespaces[ns.Id] = ns;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<int> FixShardCountAsync(int proposed, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (shardCount == 0)
                shardCount = proposed;
            return ValueTask.FromResult(shardCount);
        }
    }

    /// <summary>Everything as it is now, to be looked through.</summary>
    public IStoreInspection Inspect()
    {
        lock (gate)
        {
            return new InMemoryInspection(
                [.. runs.Values.Select(InMemoryInspection.Of)],
                new Dictionary<(string NamespaceId, string WorkflowId), string>(currentRuns),
                [.. namespaces.Values.OrderBy(ns => ns.Name, StringComparer.Ordinal)],
                shardCount);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Refuses a transaction as a whole before any of it is applied.</summary>
    private void Check(IReadOnlyList<CommitBatch> batches)
    {
        var nextSequences = new Dictionary<RunKey, long?>();
        foreach (var batch in batches)
        {
            if (!shards.TryGetValue(batch.Shard, out var owned) || owned.RangeId != batch.RangeId)
                throw ShardLostException.RangeId(batch.Shard, batch.RangeId, owned.RangeId == 0 ? null : owned.RangeId);

            foreach (var write in batch.Writes)
            {
                long? next = nextSequences.TryGetValue(write.Run, out var staged) ? staged
                    : runs.TryGetValue(write.Run, out var run) ? run.NextSequence
                    : null;
                if (write.Compacted.Count > 0)
                    continue;
                if (write.Deletes)
                {
                    nextSequences[write.Run] = null;
                    continue;
                }

                if (write.IsNew && next is not null)
                    throw CommitConflictException.Exists(write.Run);
                if (!write.IsNew && next is null)
                    throw CommitConflictException.Unknown(write.Run);

                var expected = next ?? 1;
                if (write.Records.Length > 0 && write.Sequence != expected)
                    throw CommitConflictException.Sequence(write.Run, expected, write.Sequence);
                nextSequences[write.Run] = write.Records.Length > 0 ? expected + 1 : expected;
            }
        }
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
            runs.GetValueOrDefault(write.Run)?.Compact(write.Compacted);
            return;
        }

        if (!runs.TryGetValue(write.Run, out var run))
            runs[write.Run] = run = new MemoryRun(++lastEntityId, shard, write.Run);
        run.Apply(write);
        if (write.BecomesCurrent)
            currentRuns[(write.Run.NamespaceId, write.Run.WorkflowId)] = write.Run.RunId;
    }

    private void Delete(in RunKey run)
    {
        runs.Remove(run);
        var workflow = (run.NamespaceId, run.WorkflowId);
        if (currentRuns.TryGetValue(workflow, out var current) && current == run.RunId)
            currentRuns.Remove(workflow);
    }

    private IEnumerable<VisibilityEntry> Matching(VisibilityQuery query) => runs.Values
        .Where(run => run.Visibility is not null && run.Key.NamespaceId == query.NamespaceId)
        .Select(run => new VisibilityEntry(run.Key, run.Visibility!))
        .Where(entry => Conditions.Evaluate(query.Filter.Where, attribute => VisibilityValues.Of(entry, attribute)) is true);
}
