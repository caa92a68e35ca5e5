using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Externals;

/// <summary>
/// The <c>RequestCancelExternalWorkflowExecution</c> command: also how a workflow cancels its children. The request is owed from the initiated event on,
/// even when this run closes first, and an event tells how it went.
/// </summary>
internal static class CancelExternal
{
    public static CommandRejection? Decide(RequestCancelExternalWorkflowExecutionCommandAttributes command, Command envelope, Turn turn)
    {
        if (command.WorkflowId.Length == 0)
            return Invalid("WorkflowId is not set on RequestCancelExternalWorkflowExecutionCommand.");
        if (turn.State.PendingCancels.Count >= turn.Context.Limits.PendingCancels)
        {
            return new CommandRejection(
                WorkflowTaskFailedCause.PendingRequestCancelLimitExceeded,
                $"The number of pending requests to cancel external workflows, {turn.State.PendingCancels.Count}, has reached the per-workflow limit of {turn.Context.Limits.PendingCancels}.");
        }

        turn.Append(HistoryEvents.RequestCancelExternalWorkflowExecutionInitiated(command, envelope, turn));
        return null;

        static CommandRejection Invalid(string problem) => new(WorkflowTaskFailedCause.BadRequestCancelExternalWorkflowExecutionAttributes, problem);
    }

    public static MutableState Apply(MutableState state, HistoryEvent initiated)
    {
        Invariant.Holds(!state.PendingCancels.ContainsKey(initiated.EventId));
        return state with { PendingCancels = state.PendingCancels.Add(initiated.EventId, initiated) };
    }

    /// <summary>Folds in that the request needs no more sending, however it went.</summary>
    public static MutableState ApplyDone(MutableState state, long initiatedEventId)
    {
        Invariant.Holds(state.PendingCancels.ContainsKey(initiatedEventId));
        return state with { PendingCancels = state.PendingCancels.Remove(initiatedEventId) };
    }
}
