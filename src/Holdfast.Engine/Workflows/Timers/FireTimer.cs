using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Timers;

/// <summary>Timers whose time has come: all that are due fire together, in the order of their due times, and share one workflow task.</summary>
internal static class FireTimer
{
    public static void AllDue(Turn turn)
    {
        var due = turn.State.PendingTimers.Values
            .Where(timer => timer.DueTime <= turn.Context.Now)
            .OrderBy(timer => timer.DueTime)
            .ThenBy(timer => timer.StartedEventId)
            .ToList();
        foreach (var timer in due)
            turn.AppendOrBuffer(HistoryEvents.TimerFired(timer));
        if (due.Count > 0)
            ScheduleWorkflowTask.IfNone(turn);
    }

    public static MutableState Apply(MutableState state, HistoryEvent fired)
    {
        var id = fired.TimerFiredEventAttributes.TimerId;
        Invariant.Holds(state.PendingTimers.ContainsKey(id));
        return state with { PendingTimers = state.PendingTimers.Remove(id) };
    }
}
