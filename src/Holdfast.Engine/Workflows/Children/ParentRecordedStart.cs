using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.WorkflowTasks;

namespace Holdfast.Engine.Workflows.Children;

/// <summary>
/// The child hears that its parent knows of it, and may begin. A parent that closed first and does not abandon its children ends the child here; a parent
/// that is gone altogether (retention) leaves it alone.
/// </summary>
internal sealed record ParentRecordedStart(WorkflowTarget Target, Refusal? Refused) : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        if (run.IsClosed || !run.AwaitsParent)
            return turn.Reply(new DeliveryReceipt());

        if (Refused is { Code: RefusalCode.FailedPrecondition })
        {
            TerminateWorkflow.Record(turn, ParentClosePolicyDelivery.Reason, null, ParentClosePolicyDelivery.Identity);
            return turn.Reply(new DeliveryReceipt());
        }

        Deliveries.RecordDone(turn, Deliveries.TellParentStarted, run.StartedEvent.EventId);
        // Before its execution time (cron) the first workflow task still waits for that.
        if (turn.State.ExecutionTime <= context.Now)
            ScheduleWorkflowTask.Now(turn, context.Now);
        return turn.Reply(new DeliveryReceipt());
    }
}
