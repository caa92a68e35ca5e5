using Holdfast.Engine;
using Holdfast.Runtime.Matching;
using Holdfast.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Runtime.Shards;

/// <summary>All that shards need from outside.</summary>
public sealed record ShardEnvironment
{
    public required IStore Store { get; init; }

    public required JournalWriter Journal { get; init; }

    public required TaskQueues Queues { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Gives a fresh id at each call; called from several threads.</summary>
    public required Func<string> NewId { get; init; }

    /// <summary>The namespace of an id, null when there is none; called on the hot path from several threads.</summary>
    public required Func<string, NamespaceView?> FindNamespace { get; init; }

    public EngineLimits Limits { get; init; } = EngineLimits.Default;

    /// <summary>Number of shards of a new store; an existing one keeps its own.</summary>
    public int Shards { get; init; } = 4;

    /// <summary>How much history all shards together may keep in memory, in bytes (an estimate). What is busy stays in any case.</summary>
    public long CacheBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// Called when another server took a shard over: this one serves it no more, for good. Of use to end a process that has nothing left to do.
    /// </summary>
    public Action<int> OnShardLost { get; init; } = static _ => { };

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Where the shards' loops run: the thread pool, or something that drives everything from one thread under a virtual clock.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;
}
