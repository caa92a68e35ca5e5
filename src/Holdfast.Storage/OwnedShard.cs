namespace Holdfast.Storage;

/// <summary>Who may write to a shard: the fencing token and the name of the one it was given to.</summary>
public readonly record struct OwnedShard(long RangeId, string Owner);
