namespace Holdfast.Storage;

/// <summary>What one shard wants written at once, in order.</summary>
public sealed record CommitBatch(int Shard, IReadOnlyList<RunWrite> Writes);
