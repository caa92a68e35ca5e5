namespace Holdfast.Storage;

/// <summary>
/// A batch in the writer's queue, and the promise made for it. A null batch is a barrier: it is kept once all that was queued before it is.
/// Continuations never run on the writer's thread: one that blocked would stop every shard.
/// </summary>
internal sealed class PendingCommit(ShardJournal journal, CommitBatch? batch) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public ShardJournal Journal { get; } = journal;

    public CommitBatch? Batch { get; } = batch;
}
