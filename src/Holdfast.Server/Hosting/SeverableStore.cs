using Holdfast.Engine;
using Holdfast.Storage;

namespace Holdfast.Server.Hosting;

/// <summary>A store that can be cut off: from then on nothing more is written, as if the process had died at that moment.</summary>
internal sealed class SeverableStore(IStore store) : IStore
{
    private volatile bool severed;

    public void Sever() => severed = true;

    public ValueTask<long> AcquireShardAsync(int shard, string owner, bool renew, CancellationToken cancellation)
    {
        ThrowIfSevered();
        return store.AcquireShardAsync(shard, owner, renew, cancellation);
    }

    public ValueTask CommitAsync(IReadOnlyList<CommitBatch> batches, CancellationToken cancellation)
    {
        ThrowIfSevered();
        return store.CommitAsync(batches, cancellation);
    }

    public RunWrite Prepare(RunWrite write) => store.Prepare(write);

    public ValueTask<StoredRun?> LoadRunAsync(RunKey run, CancellationToken cancellation) => store.LoadRunAsync(run, cancellation);

    public ValueTask<IReadOnlyList<JournalRow>?> LoadJournalAsync(RunKey run, CancellationToken cancellation) => store.LoadJournalAsync(run, cancellation);

    public ValueTask<IReadOnlyList<JournalRow>?> ReadHistoryAsync(RunKey run, long firstEventId, long lastEventId, CancellationToken cancellation) =>
        store.ReadHistoryAsync(run, firstEventId, lastEventId, cancellation);

    public ValueTask<IReadOnlyList<CompactableRun>> FindCompactableRunsAsync(int shard, long afterEntityId, int limit, CancellationToken cancellation) =>
        store.FindCompactableRunsAsync(shard, afterEntityId, limit, cancellation);

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> row) => store.Compress(row);

    public ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation) =>
        store.FindCurrentRunAsync(namespaceId, workflowId, cancellation);

    public ValueTask<IReadOnlyList<DueRun>> FindDueRunsAsync(int shard, DateTime wakeBefore, DueRun? after, int limit, CancellationToken cancellation) =>
        store.FindDueRunsAsync(shard, wakeBefore, after, limit, cancellation);

    public ValueTask<IReadOnlyList<RunKey>> FindExpiredRunsAsync(string namespaceId, DateTime closedBefore, int limit, CancellationToken cancellation) =>
        store.FindExpiredRunsAsync(namespaceId, closedBefore, limit, cancellation);

    public ValueTask<VisibilityPage> ListAsync(VisibilityQuery query, CancellationToken cancellation) => store.ListAsync(query, cancellation);

    public ValueTask<VisibilityCount> CountAsync(VisibilityQuery query, CancellationToken cancellation) => store.CountAsync(query, cancellation);

    public ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation) => store.LoadNamespacesAsync(cancellation);

    public ValueTask SaveNamespaceAsync(StoredNamespace ns, CancellationToken cancellation)
    {
        ThrowIfSevered();
        return store.SaveNamespaceAsync(ns, cancellation);
    }

    public ValueTask<int> FixShardCountAsync(int proposed, CancellationToken cancellation) => store.FixShardCountAsync(proposed, cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private void ThrowIfSevered()
    {
        if (severed)
            throw new IOException("The store was cut off, as by a crash.");
    }
}
