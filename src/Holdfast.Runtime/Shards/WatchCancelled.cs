namespace Holdfast.Runtime.Shards;

/// <summary>The watcher wants to wait no longer.</summary>
internal sealed class WatchCancelled(Watch watch) : ShardMessage
{
    public Watch Watch { get; } = watch;
}
