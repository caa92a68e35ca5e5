namespace Holdfast.Runtime.Matching;

/// <summary>
/// A long poll that found nothing yet. It belongs to its queue's list until somebody takes it out under the queue's lock: whoever takes it
/// out completes it, so a task and a timeout can never both win.
/// </summary>
internal sealed class WaitingPoll : TaskCompletionSource<MatchedTask?>
{
    public WaitingPoll(TaskQueue queue, string workerInstanceKey)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Queue = queue;
        WorkerInstanceKey = workerInstanceKey;
        Node = new LinkedListNode<WaitingPoll>(this);
    }

    public TaskQueue Queue { get; }

    public string WorkerInstanceKey { get; }

    public LinkedListNode<WaitingPoll> Node { get; }
}
