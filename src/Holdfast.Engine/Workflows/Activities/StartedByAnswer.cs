using Holdfast.Engine.Journal;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>An answer by id for an attempt that no worker took: the answer itself counts as its start.</summary>
internal static class StartedByAnswer
{
    public static PendingActivity IfWaiting(Turn turn, PendingActivity activity, string identity)
    {
        if (activity.IsStarted)
            return activity;
        turn.Record(new StoredRecord
        {
            ActivityAttemptStarted = new ActivityAttemptStarted
            {
                ScheduledEventId = activity.ScheduledEventId,
                Attempt = activity.Attempt,
                StartedTime = turn.Context.NowTimestamp,
                RequestId = turn.Context.NewId(),
                Identity = identity,
            },
        });
        return turn.State.PendingActivities[activity.ScheduledEventId];
    }
}
