namespace Holdfast.Runtime.Matching;

/// <summary>
/// A long poll that found nothing yet. It belongs to its queue's list until somebody takes it out under the queue's lock: whoever takes it
/// out completes it, so a task and a timeout can never both win.
/// </summary>
internal sealed class WaitingPoll : TaskCompletionSource<MatchedTask?>
{
    public WaitingPoll(TaskQueue queue, in Poller poller, CancellationToken cancellation)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Queue = queue;
        Poller = poller;
        Cancellation = cancellation;
        Node = new LinkedListNode<WaitingPoll>(this);
    }

    public TaskQueue Queue { get; }

    public Poller Poller { get; }

    /// <summary>The poller wants to wait no longer.</summary>
    public CancellationToken Cancellation { get; }

    public LinkedListNode<WaitingPoll> Node { get; }

    /// <summary>Lets the poller poll on: it was taken out of its queue, but there is nothing for it.</summary>
    public void PollOn() => SetResult(new MatchedTask(Queue, null, null));
}
