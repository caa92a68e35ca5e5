namespace Holdfast.Storage;

/// <summary>
/// What one shard wants written at once, in order, by the owner that was given <paramref name="RangeId"/>
/// (<see cref="IStore.AcquireShardAsync"/>).
/// </summary>
public sealed record CommitBatch(int Shard, long RangeId, IReadOnlyList<RunWrite> Writes);
