using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>What every end of a run has in common.</summary>
internal static class CloseRun
{
    /// <summary>
    /// Before an end that comes from outside (terminate, timeout): the running workflow task ends, and what it kept waiting is written, so
    /// that nothing that happened is missing from the history.
    /// </summary>
    public static void EndWorkflowTask(Turn turn)
    {
        if (turn.State.WorkflowTask is { IsStarted: true, Kind: not WorkflowTaskKind.Transient })
            FailWorkflowTask.Record(turn, WorkflowTaskFailedCause.ForceCloseCommand, null, "history-service");
        else if (turn.State.WorkflowTask is { IsEventless: true })
            FailWorkflowTask.DropAttempt(turn);
        FlushBuffer.Now(turn);
    }

    public static MutableState Apply(MutableState state, HistoryEvent closed, WorkflowExecutionStatus status, string successorRunId)
    {
        Invariant.Holds(!state.IsClosed);
        return state with
        {
            Status = status,
            CloseTime = closed.EventTime.ToDateTime(),
            CloseEvent = closed,
            SuccessorRunId = successorRunId,
            WorkflowTask = null,
            AwaitsFirstWorkflowTask = false,
            StickyQueue = "",
            PendingActivities = state.PendingActivities.Clear(),
            ActivityIds = state.ActivityIds.Clear(),
            PendingTimers = state.PendingTimers.Clear(),
            // Only the last run of a chain reports to the parent.
            ParentTold = !state.HasParent || successorRunId.Length > 0,
        };
    }
}
