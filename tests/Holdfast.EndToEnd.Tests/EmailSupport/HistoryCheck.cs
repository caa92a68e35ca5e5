using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.EndToEnd.Tests.EmailSupport;

/// <summary>What is true of every history of a completed workflow, whatever the workflow does.</summary>
internal static class HistoryCheck
{
    public static void AssertValid(string workflowId, IReadOnlyList<HistoryEvent> events)
    {
        var story = $"{workflowId}:\n{string.Join('\n', events.Select(e => $"  {e.EventId} {e.EventType}"))}";
        Assert.True(events.Select(e => e.EventId).SequenceEqual(Enumerable.Range(1, events.Count).Select(id => (long)id)), $"Event ids have gaps. {story}");
        Assert.True(events[0].EventType == EventType.WorkflowExecutionStarted, $"It does not begin with its start. {story}");
        Assert.True(events[^1].EventType == EventType.WorkflowExecutionCompleted, $"It does not end with its completion. {story}");

        AssertClosedOnce(Scheduled(EventType.WorkflowTaskScheduled), events.Select(WorkflowTaskClosed), "workflow task");
        AssertClosedOnce(Scheduled(EventType.ActivityTaskScheduled), events.Select(ActivityClosed), "activity");
        AssertClosedOnce(Scheduled(EventType.TimerStarted), events.Select(TimerClosed), "timer", mayBeOpen: true);

        IEnumerable<long> Scheduled(EventType type) => events.Where(e => e.EventType == type).Select(e => e.EventId);

        void AssertClosedOnce(IEnumerable<long> opened, IEnumerable<long?> closings, string what, bool mayBeOpen = false)
        {
            var closed = closings.OfType<long>().ToLookup(id => id);
            var open = opened.ToHashSet();
            foreach (var id in open)
                Assert.True(closed[id].Count() == 1 || (mayBeOpen && !closed.Contains(id)), $"The {what} of event {id} is closed {closed[id].Count()} times. {story}");
            Assert.True(closed.All(group => open.Contains(group.Key)), $"A {what} is closed that was never opened. {story}");
        }
    }

    private static long? WorkflowTaskClosed(HistoryEvent e) => e.EventType switch
    {
        EventType.WorkflowTaskCompleted => e.WorkflowTaskCompletedEventAttributes.ScheduledEventId,
        EventType.WorkflowTaskFailed => e.WorkflowTaskFailedEventAttributes.ScheduledEventId,
        EventType.WorkflowTaskTimedOut => e.WorkflowTaskTimedOutEventAttributes.ScheduledEventId,
        _ => null,
    };

    private static long? ActivityClosed(HistoryEvent e) => e.EventType switch
    {
        EventType.ActivityTaskCompleted => e.ActivityTaskCompletedEventAttributes.ScheduledEventId,
        EventType.ActivityTaskFailed => e.ActivityTaskFailedEventAttributes.ScheduledEventId,
        EventType.ActivityTaskTimedOut => e.ActivityTaskTimedOutEventAttributes.ScheduledEventId,
        EventType.ActivityTaskCanceled => e.ActivityTaskCanceledEventAttributes.ScheduledEventId,
        _ => null,
    };

    private static long? TimerClosed(HistoryEvent e) => e.EventType switch
    {
        EventType.TimerFired => e.TimerFiredEventAttributes.StartedEventId,
        EventType.TimerCanceled => e.TimerCanceledEventAttributes.StartedEventId,
        _ => null,
    };
}
