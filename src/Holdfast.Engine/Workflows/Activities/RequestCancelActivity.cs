using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>
/// The <c>RequestCancelActivityTask</c> command. A running attempt hears of it with its next heartbeat; one that waits (for a worker, or
/// between attempts) is cancelled on the spot, and the workflow hears of that with its next task.
/// </summary>
internal static class RequestCancelActivity
{
    public static CommandRejection? Decide(RequestCancelActivityTaskCommandAttributes command, Turn turn)
    {
        var scheduledEventId = command.ScheduledEventId;
        if (scheduledEventId <= 0 || scheduledEventId >= turn.State.NextEventId)
            return new CommandRejection(WorkflowTaskFailedCause.BadRequestCancelActivityAttributes, $"ScheduledEventId {scheduledEventId} on RequestCancelActivityTaskCommand is no event of this run.");

        var requested = turn.Append(HistoryEvents.ActivityTaskCancelRequested(scheduledEventId, turn.CompletedEventId));

        // Closed meanwhile: the worker did not know yet, and the request has no effect.
        if (!turn.State.PendingActivities.TryGetValue(scheduledEventId, out var activity) || activity.IsStarted)
            return null;

        var details = new Payloads { Payloads_ = { PayloadValues.Json("ACTIVITY_ID_NOT_STARTED") } };
        turn.Append(HistoryEvents.ActivityTaskCanceled(activity, requested.EventId, 0, details, ""));
        RecordActivityHeartbeat.Forget(turn, activity);
        turn.NeedsWorkflowTask = true;
        return null;
    }

    public static MutableState Apply(MutableState state, HistoryEvent requested)
    {
        var id = requested.ActivityTaskCancelRequestedEventAttributes.ScheduledEventId;
        return state.PendingActivities.TryGetValue(id, out var activity) && !activity.CancelRequested
            ? state with { PendingActivities = state.PendingActivities.SetItem(id, activity with { CancelRequestedEventId = requested.EventId }) }
            : state;
    }
}
