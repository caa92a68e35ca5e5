using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using System.Threading.Tasks.Sources;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// What a shard's loop reads: a queue that anybody may put into, and a bell for the one loop that waits at it. Unlike a channel's, the bell can have
/// the loop go on at once, on the thread that puts something in.
/// </summary>
/// <param name="scheduler">Where the loop runs.</param>
internal sealed class ShardInbox(TaskScheduler scheduler) : IValueTaskSource, IThreadPoolWorkItem
{
    private readonly Channel<ShardMessage> queue = Channel.CreateUnbounded<ShardMessage>(new UnboundedChannelOptions { SingleReader = true });

    // A loop that runs under another scheduler goes on there in any case.
    private readonly bool isOnPool = scheduler == TaskScheduler.Default;

    private ManualResetValueTaskSourceCore<bool> bell;
    private int waiting;

    /// <summary>Puts a message in; false when the inbox is closed.</summary>
    /// <param name="inline">
    /// A loop that waits goes on before this returns, on this thread: saves a change of threads, but the loop takes this one message alone. For when
    /// more messages would not be taken together anyhow.
    /// </param>
    public bool TryPut(ShardMessage message, bool inline = false)
    {
        if (!queue.Writer.TryWrite(message))
            return false;

        // Either the loop sees the message before it waits, or it is seen here that it waits.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref waiting) != 0 && Interlocked.Exchange(ref waiting, 0) != 0)
        {
            if (inline || !isOnPool)
                bell.SetResult(true);
            else
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return true;
    }

    public bool TryTake([NotNullWhen(true)] out ShardMessage? message) => queue.Reader.TryRead(out message);

    /// <summary>Waits until there is something to take. For one caller at a time.</summary>
    public ValueTask WaitAsync()
    {
        bell.Reset();
        Interlocked.Exchange(ref waiting, 1);

        // Where somebody rings the bell already, it is waited for.
        return queue.Reader.TryPeek(out _) && Interlocked.Exchange(ref waiting, 0) != 0 ? ValueTask.CompletedTask : new ValueTask(this, bell.Version);
    }

    /// <summary>Takes in nothing more.</summary>
    public void Close() => queue.Writer.TryComplete();

    void IThreadPoolWorkItem.Execute() => bell.SetResult(true);

    void IValueTaskSource.GetResult(short token) => bell.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => bell.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        bell.OnCompleted(continuation, state, token, flags);
}
