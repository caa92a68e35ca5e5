using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Externals;

/// <summary>
/// The <c>SignalExternalWorkflowExecution</c> command. The signal is owed from the initiated event on, even when this run closes first, and an event
/// tells how it went.
/// </summary>
internal static class SignalExternal
{
    public static CommandRejection? Decide(SignalExternalWorkflowExecutionCommandAttributes command, Command envelope, Turn turn)
    {
        if (command.Execution is null)
            return Invalid("Execution is not set on SignalExternalWorkflowExecutionCommand.");
        if (command.Execution.WorkflowId.Length == 0)
            return Invalid("WorkflowId is not set on SignalExternalWorkflowExecutionCommand.");
        if (command.SignalName.Length == 0)
            return Invalid($"SignalName is not set on SignalExternalWorkflowExecutionCommand. WorkflowId={command.Execution.WorkflowId}");
        if (turn.State.PendingSignals.Count >= turn.Context.Limits.PendingSignals)
        {
            return new CommandRejection(
                WorkflowTaskFailedCause.PendingSignalsLimitExceeded,
                $"The number of pending signals to external workflows, {turn.State.PendingSignals.Count}, has reached the per-workflow limit of {turn.Context.Limits.PendingSignals}.");
        }

        if (Sizes.Problem(command.Input, turn.Context.Limits) is { } tooLarge)
            return Invalid($"SignalExternalWorkflowExecutionCommandAttributes.Input: {tooLarge}") with { TerminatesRun = true };

        turn.Append(HistoryEvents.SignalExternalWorkflowExecutionInitiated(command, envelope, turn));
        return null;

        static CommandRejection Invalid(string problem) => new(WorkflowTaskFailedCause.BadSignalWorkflowExecutionAttributes, problem);
    }

    public static MutableState Apply(MutableState state, HistoryEvent initiated)
    {
        Invariant.Holds(!state.PendingSignals.ContainsKey(initiated.EventId));
        return state with { PendingSignals = state.PendingSignals.Add(initiated.EventId, initiated) };
    }

    /// <summary>Folds in that the signal needs no more sending, however it went.</summary>
    public static MutableState ApplyDone(MutableState state, long initiatedEventId)
    {
        Invariant.Holds(state.PendingSignals.ContainsKey(initiatedEventId));
        return state with { PendingSignals = state.PendingSignals.Remove(initiatedEventId) };
    }
}
