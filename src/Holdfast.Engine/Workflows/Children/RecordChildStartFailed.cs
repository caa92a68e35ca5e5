using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Children;

/// <summary>The parent learns that its child could not be started.</summary>
internal sealed record RecordChildStartFailed(WorkflowTarget Target, long InitiatedEventId, StartChildWorkflowExecutionFailedCause Cause)
    : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        if (!Deliveries.IsOwed(run, Deliveries.StartChild, InitiatedEventId))
            return turn.Reply(new DeliveryReceipt());

        if (run.IsClosed)
        {
            Deliveries.RecordDone(turn, Deliveries.StartChild, InitiatedEventId);
        }
        else
        {
            turn.AppendOrBuffer(HistoryEvents.StartChildWorkflowExecutionFailed(run.PendingChildren[InitiatedEventId], Cause));
            ScheduleWorkflowTask.IfNone(turn);
        }

        return turn.Reply(new DeliveryReceipt());
    }
}
