namespace Holdfast.Runtime.Shards;

/// <summary>Anything that enters a shard's inbox.</summary>
internal abstract class ShardMessage;
