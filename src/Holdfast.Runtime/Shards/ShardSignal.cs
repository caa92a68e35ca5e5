namespace Holdfast.Runtime.Shards;

/// <summary>A message without content.</summary>
internal sealed class ShardSignal : ShardMessage
{
    /// <summary>The shard's timer went off: something may be due.</summary>
    public static ShardSignal Tick { get; } = new();

    /// <summary>Finish what is here, write what lags, end.</summary>
    public static ShardSignal Stop { get; } = new();

    /// <summary>A batch in flight is durable, or failed.</summary>
    public static ShardSignal BatchEnded { get; } = new();

    private ShardSignal()
    {
    }
}
