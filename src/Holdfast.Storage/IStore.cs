using Holdfast.Engine;
using Holdfast.Engine.Journal;

namespace Holdfast.Storage;

/// <summary>
/// Where journals, headers, visibility and namespaces are kept. Writes come as whole batches from one group-commit writer; reads may come
/// from anywhere at any time. Every implementation passes the one contract suite (tests/Holdfast.Storage.Tests).
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>
    /// Makes <paramref name="owner"/> the owner of a shard, in place of whoever it was, and gives it the shard's next range id: larger than
    /// any before, durable on return, to be shown with every batch. From then on every batch with an earlier one is refused.
    /// <para>
    /// With <paramref name="renew"/>, only if it is the owner already: for one whose last commit had an unknown outcome. The range id may then
    /// stay the same; but what was committed under it before has by now either happened, so that every read sees it, or never will.
    /// </para>
    /// </summary>
    /// <param name="owner">Names one server process for as long as it lives, and no other ever.</param>
    /// <exception cref="ShardLostException">Somebody else owns the shard that was to be renewed.</exception>
    ValueTask<long> AcquireShardAsync(int shard, string owner, bool renew, CancellationToken cancellation);

    /// <summary>
    /// Makes all of the batches durable in one transaction, or none. When it returns, the data is on disk in the store's durability
    /// mode. Any exception but <see cref="ShardLostException"/> means "outcome unknown": the caller gives its shards up and reloads. Called by
    /// one writer at a time (<see cref="JournalWriter"/>); a run may occur in several batches, its writes then apply in the order given.
    /// </summary>
    /// <exception cref="ShardLostException">A batch shows another range id than the stored one; nothing of any batch was written.</exception>
    ValueTask CommitAsync(IReadOnlyList<CommitBatch> batches, CancellationToken cancellation);

    /// <summary>
    /// Does what can be done of a large write before its transaction, so that others do not wait for it there. May be called from any thread. Whoever does not
    /// call it commits all the same.
    /// </summary>
    RunWrite Prepare(RunWrite write);

    /// <summary>What a run's state needs: its journal rows from the newest one with a snapshot on, and its slots; null when there is no such run.</summary>
    /// <exception cref="DamagedRunException">A row is missing or cannot be read.</exception>
    ValueTask<StoredRun?> LoadRunAsync(RunKey run, CancellationToken cancellation);

    /// <summary>All that is stored of a run's journal, from its first row on; null when there is no such run.</summary>
    /// <exception cref="DamagedRunException">A row is missing or cannot be read.</exception>
    ValueTask<IReadOnlyList<JournalRow>?> LoadJournalAsync(RunKey run, CancellationToken cancellation);

    /// <summary>
    /// The journal rows that hold the history events from <paramref name="firstEventId"/> to <paramref name="lastEventId"/>, in order; null when there is
    /// no such run. Costs what these rows cost, however long the journal is.
    /// </summary>
    /// <exception cref="DamagedRunException">A row cannot be read.</exception>
    ValueTask<IReadOnlyList<JournalRow>?> ReadHistoryAsync(RunKey run, long firstEventId, long lastEventId, CancellationToken cancellation);

    /// <summary>The run id of the workflow id's newest run, open or closed; null when the id was never used (or its runs were deleted).</summary>
    /// <exception cref="DamagedRunException">It cannot be read; the exception names no run id.</exception>
    ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation);

    /// <summary>
    /// Runs of a shard that owe something at once, then runs that become due before <paramref name="wakeBefore"/>, earliest first; ties by
    /// entity id. At most <paramref name="limit"/> of them, behind <paramref name="after"/> (null to begin: the last one of the page before).
    /// Recovery is: page through these, load, derive. A run whose header cannot be read is among those that owe, so that loading it tells of the damage.
    /// </summary>
    ValueTask<IReadOnlyList<DueRun>> FindDueRunsAsync(int shard, DateTime wakeBefore, DueRun? after, int limit, CancellationToken cancellation);

    /// <summary>
    /// Closed runs of a shard that owe nothing and whose journals were not compacted yet, by entity id, behind <paramref name="afterEntityId"/> (0 to
    /// begin), at most <paramref name="limit"/>.
    /// </summary>
    ValueTask<IReadOnlyList<CompactableRun>> FindCompactableRunsAsync(int shard, long afterEntityId, int limit, CancellationToken cancellation);

    /// <summary>
    /// A row of a compacted journal, compressed as this store does it, to be written with <see cref="RunWrite.Compaction"/>; reading gives a row that
    /// <see cref="JournalRows"/> decodes. Takes a millisecond or so and, seldom, some seconds and a write.
    /// </summary>
    ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> row);

    /// <summary>
    /// Closed runs of a namespace whose close time is before <paramref name="closedBefore"/> and that owe nothing, longest closed first, at most
    /// <paramref name="limit"/>. Retention is: ask, delete these, ask again.
    /// </summary>
    ValueTask<IReadOnlyList<RunKey>> FindExpiredRunsAsync(string namespaceId, DateTime closedBefore, int limit, CancellationToken cancellation);

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
