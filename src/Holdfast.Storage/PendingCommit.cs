namespace Holdfast.Storage;

/// <summary>
/// A batch in the writer's queue, and the promise made for it. A null batch is a barrier: it is kept once all that was queued before it is.
/// Continuations never run on the writer's thread: one that blocked would stop every shard.
/// </summary>
/// <param name="ended">Called on the writer's thread as soon as the outcome is known, for whoever only wants to be woken: it must not block.</param>
internal sealed class PendingCommit(ShardJournal journal, CommitBatch? batch, Action? ended = null) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public ShardJournal Journal { get; } = journal;

    public CommitBatch? Batch { get; set; } = batch;

    /// <summary>Tells that the promise was kept or broken.</summary>
    public void TellEnded() => ended?.Invoke();
}
