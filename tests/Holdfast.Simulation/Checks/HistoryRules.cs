using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Simulation.Checks;

/// <summary>What must hold of every history by itself.</summary>
internal static class HistoryRules
{
    /// <summary>All that is wrong with a history, as sentences.</summary>
    public static IEnumerable<string> Broken(IReadOnlyList<HistoryEvent> history)
    {
        var once = new HashSet<(EventType Type, object Subject)>();
        for (var i = 0; i < history.Count; i++)
        {
            var one = history[i];
            if (one.EventId != i + 1)
                yield return $"event {one.EventId} is at place {i + 1}";
            if (Closes(one.EventType) && i < history.Count - 1)
                yield return $"event {one.EventId} {one.EventType} closes the run, but others follow";
            if (Subject(one) is { } subject && !once.Add((Group(one.EventType), subject)))
                yield return $"event {one.EventId} {one.EventType} ends {subject} a second time";
            if (one.TimerFiredEventAttributes is { } fired)
            {
                var started = history[(int)fired.StartedEventId - 1];
                var due = started.EventTime.ToDateTime() + started.TimerStartedEventAttributes.StartToFireTimeout.ToTimeSpan();
                if (one.EventTime.ToDateTime() < due)
                    yield return $"timer {fired.TimerId} fired {due - one.EventTime.ToDateTime()} early";
            }

            if (one.WorkflowTaskTimedOutEventAttributes is { TimeoutType: TimeoutType.StartToClose } late)
            {
                var started = history[(int)late.StartedEventId - 1];
                var limit = history[(int)late.ScheduledEventId - 1].WorkflowTaskScheduledEventAttributes.StartToCloseTimeout.ToTimeSpan();
                if (one.EventTime.ToDateTime() < started.EventTime.ToDateTime() + limit)
                    yield return $"workflow task {late.ScheduledEventId} timed out early";
            }
        }

        if (history.FirstOrDefault(one => one.EventType == EventType.WorkflowTaskScheduled) is { } first
            && history[0].WorkflowExecutionStartedEventAttributes.FirstWorkflowTaskBackoff is { } backoff
            && first.EventTime.ToDateTime() < history[0].EventTime.ToDateTime() + backoff.ToTimeSpan())
            yield return "its first workflow task came before its backoff was over";
    }

    private static bool Closes(EventType type) => type is EventType.WorkflowExecutionCompleted or EventType.WorkflowExecutionFailed
        or EventType.WorkflowExecutionTimedOut or EventType.WorkflowExecutionCanceled or EventType.WorkflowExecutionTerminated
        or EventType.WorkflowExecutionContinuedAsNew;

    private static EventType Group(EventType type) => type switch
    {
        EventType.ActivityTaskFailed or EventType.ActivityTaskTimedOut or EventType.ActivityTaskCanceled => EventType.ActivityTaskCompleted,
        EventType.TimerCanceled => EventType.TimerFired,
        EventType.WorkflowTaskFailed or EventType.WorkflowTaskTimedOut => EventType.WorkflowTaskCompleted,
        EventType.ChildWorkflowExecutionFailed or EventType.ChildWorkflowExecutionCanceled or EventType.ChildWorkflowExecutionTerminated
            or EventType.ChildWorkflowExecutionTimedOut => EventType.ChildWorkflowExecutionCompleted,
        EventType.SignalExternalWorkflowExecutionFailed => EventType.ExternalWorkflowExecutionSignaled,
        EventType.RequestCancelExternalWorkflowExecutionFailed => EventType.ExternalWorkflowExecutionCancelRequested,
        _ => type,
    };

    /// <summary>What an event brings to its end, which nothing else may end as well.</summary>
    private static object? Subject(HistoryEvent one) => one.EventType switch
    {
        EventType.ActivityTaskCompleted => one.ActivityTaskCompletedEventAttributes.ScheduledEventId,
        EventType.ActivityTaskFailed => one.ActivityTaskFailedEventAttributes.ScheduledEventId,
        EventType.ActivityTaskTimedOut => one.ActivityTaskTimedOutEventAttributes.ScheduledEventId,
        EventType.ActivityTaskCanceled => one.ActivityTaskCanceledEventAttributes.ScheduledEventId,
        EventType.ActivityTaskStarted => one.ActivityTaskStartedEventAttributes.ScheduledEventId,
        EventType.TimerFired => one.TimerFiredEventAttributes.StartedEventId,
        EventType.TimerCanceled => one.TimerCanceledEventAttributes.StartedEventId,
        EventType.WorkflowTaskCompleted => one.WorkflowTaskCompletedEventAttributes.ScheduledEventId,
        EventType.WorkflowTaskFailed => one.WorkflowTaskFailedEventAttributes.ScheduledEventId,
        EventType.WorkflowTaskTimedOut => one.WorkflowTaskTimedOutEventAttributes.ScheduledEventId,
        EventType.ChildWorkflowExecutionStarted => one.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionCompleted => one.ChildWorkflowExecutionCompletedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionFailed => one.ChildWorkflowExecutionFailedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionCanceled => one.ChildWorkflowExecutionCanceledEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionTerminated => one.ChildWorkflowExecutionTerminatedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionTimedOut => one.ChildWorkflowExecutionTimedOutEventAttributes.InitiatedEventId,
        EventType.ExternalWorkflowExecutionSignaled => one.ExternalWorkflowExecutionSignaledEventAttributes.InitiatedEventId,
        EventType.SignalExternalWorkflowExecutionFailed => one.SignalExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId,
        EventType.ExternalWorkflowExecutionCancelRequested => one.ExternalWorkflowExecutionCancelRequestedEventAttributes.InitiatedEventId,
        EventType.RequestCancelExternalWorkflowExecutionFailed => one.RequestCancelExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId,
        EventType.WorkflowExecutionUpdateAccepted => one.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId,
        EventType.WorkflowExecutionUpdateCompleted => one.WorkflowExecutionUpdateCompletedEventAttributes.Meta.UpdateId,
        _ => null,
    };
}
