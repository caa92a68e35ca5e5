using System.Diagnostics;
using Holdfast.Engine.Workflows.Lifecycle;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Children;

/// <summary>The parent closed: its child ends or is asked to. It is for the child's chain, whichever run of it is the current one.</summary>
internal sealed record ApplyParentClosePolicy(WorkflowTarget Target, ParentLink Link, ParentClosePolicy Policy) : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        // Somebody else may run under the child's workflow id by now.
        if (run.IsClosed || !Link.IsParentOf(run))
            return turn.Reply(new DeliveryReceipt());

        switch (Policy)
        {
            case ParentClosePolicy.Terminate:
                TerminateWorkflow.Record(turn, ParentClosePolicyDelivery.Reason, null, ParentClosePolicyDelivery.Identity);
                break;
            case ParentClosePolicy.RequestCancel:
                RequestCancel(turn);
                break;
            case ParentClosePolicy.Unspecified:
            case ParentClosePolicy.Abandon:
            default:
                throw new UnreachableException($"Parent close policy {Policy} is never delivered.");
        }

        return turn.Reply(new DeliveryReceipt());
    }

    private void RequestCancel(Turn turn)
    {
        if (turn.State.CancelRequested)
            return;
        var parent = new WorkflowExecution { WorkflowId = Link.Parent.WorkflowId, RunId = Link.Parent.RunId };
        RequestCancelWorkflow.Record(turn, HistoryEvents.WorkflowExecutionCancelRequested(
            ParentClosePolicyDelivery.Reason, ParentClosePolicyDelivery.Identity, parent, Link.InitiatedEventId));
    }
}
