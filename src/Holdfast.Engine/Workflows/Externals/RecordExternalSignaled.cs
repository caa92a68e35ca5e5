using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Externals;

/// <summary>The sender learns what became of its signal.</summary>
/// <param name="FailedCause">Null when the signal was taken.</param>
internal sealed record RecordExternalSignaled(WorkflowTarget Target, long InitiatedEventId, SignalExternalWorkflowExecutionFailedCause? FailedCause)
    : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        if (!run.PendingSignals.TryGetValue(InitiatedEventId, out var initiated))
            return turn.Reply(new DeliveryReceipt());

        if (run.IsClosed)
        {
            Deliveries.RecordDone(turn, Deliveries.SignalExternal, InitiatedEventId);
        }
        else
        {
            turn.AppendOrBuffer(FailedCause is { } cause
                ? HistoryEvents.SignalExternalWorkflowExecutionFailed(initiated, cause)
                : HistoryEvents.ExternalWorkflowExecutionSignaled(initiated));
            ScheduleWorkflowTask.IfNone(turn);
        }

        return turn.Reply(new DeliveryReceipt());
    }
}
