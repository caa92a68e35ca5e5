using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Externals;

/// <summary>The sender learns what became of its request to cancel another workflow.</summary>
/// <param name="FailedCause">Null when the request was taken.</param>
internal sealed record RecordExternalCancelRequested(WorkflowTarget Target, long InitiatedEventId, CancelExternalWorkflowExecutionFailedCause? FailedCause)
    : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        if (!run.PendingCancels.TryGetValue(InitiatedEventId, out var initiated))
            return turn.Reply(new DeliveryReceipt());

        if (run.IsClosed)
        {
            Deliveries.RecordDone(turn, Deliveries.CancelExternal, InitiatedEventId);
        }
        else
        {
            turn.AppendOrBuffer(FailedCause is { } cause
                ? HistoryEvents.RequestCancelExternalWorkflowExecutionFailed(initiated, cause)
                : HistoryEvents.ExternalWorkflowExecutionCancelRequested(initiated));
            ScheduleWorkflowTask.IfNone(turn);
        }

        return turn.Reply(new DeliveryReceipt());
    }
}
