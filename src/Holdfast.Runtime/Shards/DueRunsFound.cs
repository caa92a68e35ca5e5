using Holdfast.Storage;

namespace Holdfast.Runtime.Shards;

/// <summary>A page of runs that the store says are due soon.</summary>
internal sealed class DueRunsFound(IReadOnlyList<DueRun> runs) : ShardMessage
{
    public IReadOnlyList<DueRun> Runs { get; } = runs;
}
