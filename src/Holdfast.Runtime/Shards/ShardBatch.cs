using Holdfast.Engine;
using Holdfast.Storage;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// What one step leads to once its writes are durable: answers to release and debts to settle. A batch without writes waits for the ones before it,
/// because its answers tell of what they hold.
/// </summary>
internal sealed class ShardBatch
{
    public List<RunWrite> Writes { get; } = [];

    public List<Envelope> Answers { get; } = [];

    public List<(CachedRun Run, RunSnapshot Snapshot, Debt Debt)> Settlements { get; } = [];

    /// <summary>Runs that were not in memory and are deleted by this batch.</summary>
    public List<RunKey> Leaving { get; } = [];

    /// <summary>Set when the writes were handed to the journal.</summary>
    public Task Commit { get; set; } = Task.CompletedTask;

    public bool IsEmpty => Writes.Count == 0 && Answers.Count == 0 && Settlements.Count == 0;
}
