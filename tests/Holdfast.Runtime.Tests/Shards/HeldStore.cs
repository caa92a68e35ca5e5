using Holdfast.Engine;
using Holdfast.Storage;
using Holdfast.Storage.InMemory;

namespace Holdfast.Runtime.Tests.Shards;

/// <summary>An in-memory store whose commits wait while they are held, and fail when told to.</summary>
internal sealed class HeldStore(InMemoryStore inner) : IStore
{
    private volatile TaskCompletionSource? hold;
    private int loads;
    private int begun;

    /// <summary>How many runs were loaded so far.</summary>
    public int Loads => loads;

    /// <summary>How many commits were begun so far.</summary>
    public int Begun => begun;

    /// <summary>What every commit fails with, null for none.</summary>
    public Exception? CommitFailure { get; set; }

    /// <summary>What taking or renewing a shard fails with, null for none.</summary>
    public Exception? AcquireFailure { get; set; }

    /// <summary>What loading a run fails with, null for none.</summary>
    public Func<RunKey, Exception?> LoadFailure { get; set; } = _ => null;

    /// <summary>What reading older events fails with, null for none.</summary>
    public Exception? HistoryFailure { get; set; }

    public List<RunWrite> Committed { get; } = [];

    public void HoldCommits() => hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetCommitsGo()
    {
        var held = hold;
        hold = null;
        held?.SetResult();
    }

    public ValueTask<long> AcquireShardAsync(int shard, string owner, bool renew, CancellationToken cancellation) =>
        AcquireFailure is { } failure ? throw failure : inner.AcquireShardAsync(shard, owner, renew, cancellation);

    public async ValueTask CommitAsync(IReadOnlyList<CommitBatch> batches, CancellationToken cancellation)
    {
        Interlocked.Increment(ref begun);
        if (hold is { } held)
            await held.Task;
        if (CommitFailure is { } failure)
            throw failure;
        await inner.CommitAsync(batches, cancellation);
        lock (Committed)
            Committed.AddRange(batches.SelectMany(batch => batch.Writes));
    }

    public ValueTask<StoredRun?> LoadRunAsync(RunKey run, CancellationToken cancellation)
    {
        Interlocked.Increment(ref loads);
        return LoadFailure(run) is { } failure ? throw failure : inner.LoadRunAsync(run, cancellation);
    }

    public ValueTask<IReadOnlyList<JournalRow>?> LoadJournalAsync(RunKey run, CancellationToken cancellation) =>
        LoadFailure(run) is { } failure ? throw failure : inner.LoadJournalAsync(run, cancellation);

    public ValueTask<IReadOnlyList<JournalRow>?> ReadHistoryAsync(RunKey run, long firstEventId, long lastEventId, CancellationToken cancellation) =>
        HistoryFailure is { } failure ? throw failure : inner.ReadHistoryAsync(run, firstEventId, lastEventId, cancellation);

    public ValueTask<IReadOnlyList<CompactableRun>> FindCompactableRunsAsync(int shard, long afterEntityId, int limit, CancellationToken cancellation) =>
        inner.FindCompactableRunsAsync(shard, afterEntityId, limit, cancellation);

    public RunWrite Prepare(RunWrite write) => inner.Prepare(write);

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> row) => inner.Compress(row);

    public ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation) =>
        inner.FindCurrentRunAsync(namespaceId, workflowId, cancellation);

    public ValueTask<IReadOnlyList<DueRun>> FindDueRunsAsync(int shard, DateTime wakeBefore, DueRun? after, int limit, CancellationToken cancellation) =>
        inner.FindDueRunsAsync(shard, wakeBefore, after, limit, cancellation);

    public ValueTask<IReadOnlyList<RunKey>> FindExpiredRunsAsync(string namespaceId, DateTime closedBefore, int limit, CancellationToken cancellation) =>
        inner.FindExpiredRunsAsync(namespaceId, closedBefore, limit, cancellation);

    public ValueTask<VisibilityPage> ListAsync(VisibilityQuery query, CancellationToken cancellation) => inner.ListAsync(query, cancellation);

    public ValueTask<VisibilityCount> CountAsync(VisibilityQuery query, CancellationToken cancellation) => inner.CountAsync(query, cancellation);

    public ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation) => inner.LoadNamespacesAsync(cancellation);

    public ValueTask SaveNamespaceAsync(StoredNamespace ns, CancellationToken cancellation) => inner.SaveNamespaceAsync(ns, cancellation);

    public ValueTask<int> FixShardCountAsync(int proposed, CancellationToken cancellation) => inner.FixShardCountAsync(proposed, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
