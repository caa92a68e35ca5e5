using Holdfast.Engine.Journal;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>
/// The poller for which an attempt was started has gone, and nobody was told of the attempt: it was not made, and waits for another worker. The reply
/// says whether it was still that start's.
/// </summary>
public sealed record ReturnActivityTask(TaskToken Token) : IWorkflowRequest<bool>
{
    public WorkflowTarget Target => Token.Target;

    public Decision<bool> Decide(MutableState? run, DecisionContext context)
    {
        if (ActivityLookup.ByToken(Token).Find(run).Refusal is not null)
            return new Decision<bool> { Answer = false };

        var turn = new Turn(run!, context);
        turn.Record(new StoredRecord { ActivityAttemptReturned = new ActivityAttemptReturned { ScheduledEventId = Token.ScheduledEventId } });
        return turn.Reply(true);
    }

    internal static MutableState Apply(MutableState state, ActivityAttemptReturned returned)
    {
        var activity = state.PendingActivities[returned.ScheduledEventId];
        Invariant.Holds(activity.IsStarted);
        return state with
        {
            PendingActivities = state.PendingActivities.SetItem(returned.ScheduledEventId, activity with
            {
                StartedTime = null,
                RequestId = "",
                Identity = "",
                LastHeartbeatTime = null,
            }),
        };
    }
}
