using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>
/// The end of an activity: the deferred started event, then the closing one, then a workflow task. Nobody needs the heartbeat any more.
/// </summary>
internal static class CloseActivity
{
    /// <param name="closing">Makes the closing event for a given started event id (0: not known before the buffer is flushed).</param>
    public static void Record(Turn turn, PendingActivity activity, Func<long, HistoryEvent> closing)
    {
        var startedEventId = 0L;
        if (activity.IsStarted)
        {
            var started = HistoryEvents.ActivityTaskStarted(activity);
            turn.AppendOrBuffer(started);
            // 0 while buffered; the flush links the two.
            startedEventId = started.EventId;
        }

        turn.AppendOrBuffer(closing(startedEventId));
        RecordActivityHeartbeat.Forget(turn, activity);
        ScheduleWorkflowTask.IfNone(turn);
    }

    public static MutableState Apply(MutableState state, long scheduledEventId)
    {
        var activity = state.PendingActivities[scheduledEventId];
        return state with
        {
            PendingActivities = state.PendingActivities.Remove(scheduledEventId),
            ActivityIds = state.ActivityIds.Remove(activity.ActivityId),
        };
    }
}
