using Holdfast.Engine;

namespace Holdfast.Storage.Tests;

/// <summary>A store whose commits can be held back and made to fail.</summary>
internal sealed class GatedStore(IStore inner) : IStore
{
    private TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource open = Opened();
    private readonly ManualResetEventSlim preparing = new(true);
    private Exception? failure;
    private Exception? preparationFailure;

    /// <summary>Batches in each transaction so far.</summary>
    public List<int> TransactionSizes { get; } = [];

    public void Close()
    {
        entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Open() => open.TrySetResult();

    /// <summary>Completes when a commit waits at the closed gate.</summary>
    public Task Entered() => entered.Task;

    public void FailNext(Exception with) => failure = with;

    public ValueTask<long> AcquireShardAsync(int shard, string owner, bool renew, CancellationToken cancellation) =>
        inner.AcquireShardAsync(shard, owner, renew, cancellation);

    public async ValueTask CommitAsync(IReadOnlyList<CommitBatch> batches, CancellationToken cancellation)
    {
        entered.TrySetResult();
        await open.Task;
        TransactionSizes.Add(batches.Count);
        if (Interlocked.Exchange(ref failure, null) is { } planned)
            throw planned;
        await inner.CommitAsync(batches, cancellation);
    }

    /// <summary>Preparations wait from now on.</summary>
    public void HoldPreparations() => preparing.Reset();

    public void LetPreparationsGo() => preparing.Set();

    public void FailNextPreparation(Exception with) => preparationFailure = with;

    public RunWrite Prepare(RunWrite write)
    {
        preparing.Wait();
        if (Interlocked.Exchange(ref preparationFailure, null) is { } planned)
            throw planned;
        return inner.Prepare(write);
    }

    public ValueTask<StoredRun?> LoadRunAsync(RunKey run, CancellationToken cancellation) => inner.LoadRunAsync(run, cancellation);

    public ValueTask<IReadOnlyList<JournalRow>?> LoadJournalAsync(RunKey run, CancellationToken cancellation) => inner.LoadJournalAsync(run, cancellation);

    public ValueTask<IReadOnlyList<JournalRow>?> ReadHistoryAsync(RunKey run, long firstEventId, long lastEventId, CancellationToken cancellation) =>
        inner.ReadHistoryAsync(run, firstEventId, lastEventId, cancellation);

    public ValueTask<IReadOnlyList<CompactableRun>> FindCompactableRunsAsync(int shard, long afterEntityId, int limit, CancellationToken cancellation) =>
        inner.FindCompactableRunsAsync(shard, afterEntityId, limit, cancellation);

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> row) => inner.Compress(row);

    public ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation) =>
        inner.FindCurrentRunAsync(namespaceId, workflowId, cancellation);

    public ValueTask<IReadOnlyList<DueRun>> FindDueRunsAsync(
        int shard, DateTime wakeBefore, DueRun? after, int limit, CancellationToken cancellation) =>
        inner.FindDueRunsAsync(shard, wakeBefore, after, limit, cancellation);

    public ValueTask<IReadOnlyList<RunKey>> FindExpiredRunsAsync(string namespaceId, DateTime closedBefore, int limit, CancellationToken cancellation) =>
        inner.FindExpiredRunsAsync(namespaceId, closedBefore, limit, cancellation);

    public ValueTask<VisibilityPage> ListAsync(VisibilityQuery query, CancellationToken cancellation) => inner.ListAsync(query, cancellation);

    public ValueTask<VisibilityCount> CountAsync(VisibilityQuery query, CancellationToken cancellation) => inner.CountAsync(query, cancellation);

    public ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation) => inner.LoadNamespacesAsync(cancellation);

    public ValueTask SaveNamespaceAsync(StoredNamespace ns, CancellationToken cancellation) => inner.SaveNamespaceAsync(ns, cancellation);

    public ValueTask<int> FixShardCountAsync(int proposed, CancellationToken cancellation) => inner.FixShardCountAsync(proposed, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
