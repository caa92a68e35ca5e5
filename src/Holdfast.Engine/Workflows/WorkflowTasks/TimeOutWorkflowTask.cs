using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>The two ways in which a workflow task runs out of time: no answer from its worker, or nobody took it from a sticky queue.</summary>
internal static class TimeOutWorkflowTask
{
    /// <summary>When the pending task times out as it stands; null for never (a task in a normal queue waits for ever).</summary>
    public static (DateTime At, TimeoutType Type)? Due(MutableState state) => state.WorkflowTask switch
    {
        { IsStarted: true } task => (task.StartedTime + task.StartToClose, TimeoutType.StartToClose),
        { IsSticky: true } task when state.StickyQueue.Length > 0 => (task.ScheduledTime + state.StickyScheduleToStart, TimeoutType.ScheduleToStart),
        _ => null,
    };

    public static void IfDue(Turn turn)
    {
        if (Due(turn.State) is { } due && due.At <= turn.Context.Now)
            Record(turn, due.Type);
    }

    public static void Record(Turn turn, TimeoutType type)
    {
        var task = turn.State.WorkflowTask!;
        if (task.Kind == WorkflowTaskKind.Transient)
        {
            FailWorkflowTask.DropAttempt(turn);
        }
        else
        {
            if (task.Kind == WorkflowTaskKind.Speculative)
                WriteWorkflowTaskEvents.ForPending(turn);
            turn.AppendAsIs(HistoryEvents.WorkflowTaskTimedOut(task, type));
        }

        FailWorkflowTask.ScheduleNext(turn);
    }

    public static MutableState Apply(MutableState state, HistoryEvent timedOut)
    {
        var attempt = state.WorkflowTask!.Attempt;
        var counts = timedOut.WorkflowTaskTimedOutEventAttributes.TimeoutType == TimeoutType.StartToClose && state.StickyQueue.Length == 0;
        return FailWorkflowTask.ApplyEnded(state, counts ? attempt + 1 : attempt, clearStickiness: true);
    }
}
