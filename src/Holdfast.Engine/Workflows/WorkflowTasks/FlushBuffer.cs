using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>
/// Writes the events that waited for the workflow task to end. Not first in, first out: what closes something (an activity, a child) moves
/// behind everything else, and each of the two groups keeps its order; so does Temporal's server, and replay depends on it.
/// </summary>
internal static class FlushBuffer
{
    /// <summary>True when there was something to flush.</summary>
    public static bool Now(Turn turn)
    {
        var buffered = turn.State.BufferedEvents;
        if (buffered.Count == 0)
            return false;

        var startedActivities = new Dictionary<long, long>();
        var startedChildren = new Dictionary<long, long>();
        foreach (var waiting in buffered.Where(e => !Closes(e)).Concat(buffered.Where(Closes)))
        {
            // Buffered events belong to the state before this turn, which must not change.
            var flushed = waiting.Clone();
            Link(flushed, startedActivities, startedChildren);
            turn.AppendFlushed(flushed);
            if (flushed.EventType == EventType.ActivityTaskStarted)
                startedActivities[flushed.ActivityTaskStartedEventAttributes.ScheduledEventId] = flushed.EventId;
            if (flushed.EventType == EventType.ChildWorkflowExecutionStarted)
                startedChildren[flushed.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId] = flushed.EventId;
        }

        return true;
    }

    private static bool Closes(HistoryEvent e) => e.EventType is
        EventType.ActivityTaskCompleted or EventType.ActivityTaskFailed or EventType.ActivityTaskTimedOut or EventType.ActivityTaskCanceled or
        EventType.ChildWorkflowExecutionCompleted or EventType.ChildWorkflowExecutionFailed or EventType.ChildWorkflowExecutionTimedOut or
        EventType.ChildWorkflowExecutionCanceled or EventType.ChildWorkflowExecutionTerminated;

    /// <summary>A closing event names its started event, whose id is known only now when both waited.</summary>
    private static void Link(HistoryEvent e, Dictionary<long, long> activities, Dictionary<long, long> children)
    {
        switch (e.EventType)
        {
            case EventType.ActivityTaskCompleted:
                e.ActivityTaskCompletedEventAttributes.StartedEventId = Started(activities, e.ActivityTaskCompletedEventAttributes.ScheduledEventId, e.ActivityTaskCompletedEventAttributes.StartedEventId);
                break;
            case EventType.ActivityTaskFailed:
                e.ActivityTaskFailedEventAttributes.StartedEventId = Started(activities, e.ActivityTaskFailedEventAttributes.ScheduledEventId, e.ActivityTaskFailedEventAttributes.StartedEventId);
                break;
            case EventType.ActivityTaskTimedOut:
                e.ActivityTaskTimedOutEventAttributes.StartedEventId = Started(activities, e.ActivityTaskTimedOutEventAttributes.ScheduledEventId, e.ActivityTaskTimedOutEventAttributes.StartedEventId);
                break;
            case EventType.ActivityTaskCanceled:
                e.ActivityTaskCanceledEventAttributes.StartedEventId = Started(activities, e.ActivityTaskCanceledEventAttributes.ScheduledEventId, e.ActivityTaskCanceledEventAttributes.StartedEventId);
                break;
            case EventType.ChildWorkflowExecutionCompleted:
                e.ChildWorkflowExecutionCompletedEventAttributes.StartedEventId = Started(children, e.ChildWorkflowExecutionCompletedEventAttributes.InitiatedEventId, e.ChildWorkflowExecutionCompletedEventAttributes.StartedEventId);
                break;
            case EventType.ChildWorkflowExecutionFailed:
                e.ChildWorkflowExecutionFailedEventAttributes.StartedEventId = Started(children, e.ChildWorkflowExecutionFailedEventAttributes.InitiatedEventId, e.ChildWorkflowExecutionFailedEventAttributes.StartedEventId);
                break;
            case EventType.ChildWorkflowExecutionTimedOut:
                e.ChildWorkflowExecutionTimedOutEventAttributes.StartedEventId = Started(children, e.ChildWorkflowExecutionTimedOutEventAttributes.InitiatedEventId, e.ChildWorkflowExecutionTimedOutEventAttributes.StartedEventId);
                break;
            case EventType.ChildWorkflowExecutionCanceled:
                e.ChildWorkflowExecutionCanceledEventAttributes.StartedEventId = Started(children, e.ChildWorkflowExecutionCanceledEventAttributes.InitiatedEventId, e.ChildWorkflowExecutionCanceledEventAttributes.StartedEventId);
                break;
            case EventType.ChildWorkflowExecutionTerminated:
                e.ChildWorkflowExecutionTerminatedEventAttributes.StartedEventId = Started(children, e.ChildWorkflowExecutionTerminatedEventAttributes.InitiatedEventId, e.ChildWorkflowExecutionTerminatedEventAttributes.StartedEventId);
                break;
        }
    }

    private static long Started(Dictionary<long, long> started, long cause, long known) => started.GetValueOrDefault(cause, known);
}
