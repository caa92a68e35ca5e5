using Google.Protobuf.WellKnownTypes;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>Makes an eventless workflow task a normal one: writes the events that it did without, at the ids that were foretold.</summary>
internal static class WriteWorkflowTaskEvents
{
    public static void ForPending(Turn turn)
    {
        var task = turn.State.WorkflowTask!;
        Invariant.Holds(task.IsEventless && task.ScheduledEventId == turn.State.NextEventId);
        var scheduled = HistoryEvents.WorkflowTaskScheduled(turn.State, task.StartToClose, task.Attempt);
        scheduled.EventTime = Timestamp.FromDateTime(task.ScheduledTime);
        turn.AppendAsIs(scheduled);
        if (!task.IsStarted)
            return;
        var started = HistoryEvents.WorkflowTaskStarted(task, turn.State, turn.Context.Limits);
        started.EventTime = Timestamp.FromDateTime(task.StartedTime);
        turn.AppendAsIs(started);
    }
}
