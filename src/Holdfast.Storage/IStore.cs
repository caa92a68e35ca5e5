using Holdfast.Engine;

namespace Holdfast.Storage;

/// <summary>
/// Where journals, headers, visibility and namespaces are kept. Writes come as whole batches from one group-commit writer; reads may come
/// from anywhere at any time. Every implementation passes the one contract suite (tests/Holdfast.Storage.Tests).
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>
    /// Makes all of the batches durable in one transaction, or none. When it returns, the data is on disk in the store's durability
    /// mode. Any exception means "outcome unknown": the caller gives its shards up and reloads. Called by one writer at a time
    /// (<see cref="JournalWriter"/>); a run may occur in several batches, its writes then apply in the order given.
    /// </summary>
    ValueTask CommitAsync(IReadOnlyList<CommitBatch> batches, CancellationToken cancellation);

    /// <summary>The run's header, journal rows in sequence order and slots; null when there is no such run.</summary>
    /// <exception cref="DamagedRunException">A row is missing or cannot be read.</exception>
    ValueTask<StoredRun?> LoadRunAsync(RunKey run, CancellationToken cancellation);

    /// <summary>The run id of the workflow id's newest run, open or closed; null when the id was never used (or its runs were deleted).</summary>
    ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation);

    /// <summary>
    /// Runs of a shard that owe something at once, then runs that become due before <paramref name="wakeBefore"/>, earliest first; ties by
    /// entity id. At most <paramref name="limit"/> of them, behind <paramref name="after"/> (null to begin: the last one of the page before).
    /// Recovery is: page through these, load, derive.
    /// </summary>
    ValueTask<IReadOnlyList<DueRun>> FindDueRunsAsync(int shard, DateTime wakeBefore, DueRun? after, int limit, CancellationToken cancellation);

    /// <summary>One page of visibility rows, open runs first, then by close time, then by start time, newest first; ties by run id.</summary>
    ValueTask<VisibilityPage> ListAsync(VisibilityQuery query, CancellationToken cancellation);

    /// <summary>Counts matching rows, grouped by execution status where the query asks for it.</summary>
    ValueTask<VisibilityCount> CountAsync(VisibilityQuery query, CancellationToken cancellation);

    ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation);

    /// <summary>Inserts or replaces a namespace, durable on return.</summary>
    ValueTask SaveNamespaceAsync(StoredNamespace ns, CancellationToken cancellation);

    /// <summary>
    /// The number of shards that the stored runs are spread over: <paramref name="proposed"/> when the store is new, from then on what it was
    /// made with, whatever is proposed. Durable on return.
    /// </summary>
    ValueTask<int> FixShardCountAsync(int proposed, CancellationToken cancellation);
}
