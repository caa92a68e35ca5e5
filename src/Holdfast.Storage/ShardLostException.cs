namespace Holdfast.Storage;

/// <summary>
/// The shard belongs to another owner by now. Nothing of the transaction was written, and nothing ever will be under the range id that was
/// shown: whoever held it gives the shard up for good. To take it back would only make two owners fight.
/// </summary>
public sealed class ShardLostException(int shard, string found) : Exception($"Shard {shard} was taken over by another server: {found}.")
{
    public int Shard { get; } = shard;

    public static ShardLostException RangeId(int shard, long expected, long? found) =>
        new(shard, $"its range id is {(found is { } stored ? $"{stored}" : "not set")}, no longer {expected}");

    public static ShardLostException Owner(int shard, string? found) => new(shard, $"its owner is {found ?? "not set"}");
}
