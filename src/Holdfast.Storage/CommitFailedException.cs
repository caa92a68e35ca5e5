namespace Holdfast.Storage;

/// <summary>
/// A shard's batch was not made durable, or nobody knows whether it was. The shard's memory is worth nothing from here on: it opens its
/// journal again and reloads.
/// </summary>
public sealed class CommitFailedException(int shard, string reason, Exception? cause = null)
    : Exception($"Shard {shard} could not commit: {reason}", cause)
{
    public int Shard { get; } = shard;
}
