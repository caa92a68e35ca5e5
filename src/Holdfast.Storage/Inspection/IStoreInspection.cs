using Holdfast.Engine;

namespace Holdfast.Storage.Inspection;

/// <summary>
/// All that a store holds, as of one instant, for somebody who wants to look through it: a check, an export. It reads only, needs no
/// server, and may run beside one. What cannot be read is told as damage, so that one bad place does not hide the others.
/// </summary>
/// <remarks>Holding one open keeps the store from reusing the room of what is written meanwhile.</remarks>
public interface IStoreInspection : IAsyncDisposable
{
    /// <summary>The number of shards that the runs are spread over; 0 when no server was ever started on the store.</summary>
    ValueTask<int> ReadShardCountAsync(CancellationToken cancellation);

    ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation);

    /// <summary>
    /// Runs in the order of their entity ids, behind <paramref name="afterEntityId"/> (0 to begin); fewer than <paramref name="limit"/> when
    /// these were the last.
    /// </summary>
    /// <exception cref="StoreDamagedException">The headers behind that id cannot be listed.</exception>
    ValueTask<IReadOnlyList<InspectedRun>> ReadRunsAsync(long afterEntityId, int limit, CancellationToken cancellation);

    /// <summary>One run; null when there is none of that key.</summary>
    /// <exception cref="StoreDamagedException">The run's header cannot be read.</exception>
    ValueTask<InspectedRun?> FindRunAsync(RunKey run, CancellationToken cancellation);

    /// <summary>The run id of the workflow id's newest run; null when it has none.</summary>
    /// <exception cref="StoreDamagedException">It cannot be read.</exception>
    ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation);

    /// <summary>
    /// What is wrong with the store as such: the form of its file or tables, and rows that belong to no run. What is wrong with a run is told
    /// by <see cref="ReadRunsAsync"/>.
    /// </summary>
    IAsyncEnumerable<StoreDamage> FindDamageAsync(CancellationToken cancellation);
}
