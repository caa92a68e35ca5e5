using Holdfast.Engine.Workflows.Lifecycle;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Externals;

/// <summary>
/// Another workflow wants this one cancelled. To ask it of a closed run, or again, is a success without effect: what was wanted is so.
/// </summary>
internal sealed record CancelFromWorkflow(WorkflowTarget Target, RunKey Sender, HistoryEvent Initiated) : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context)
    {
        var cancel = Initiated.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
        if (run is null || !ReachableFrom.IsReachable(run, Sender, cancel.ChildWorkflowOnly))
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        if (run.IsClosed || run.CancelRequested)
            return turn.Reply(new DeliveryReceipt(run.Key.RunId));

        var sender = new WorkflowExecution { WorkflowId = Sender.WorkflowId, RunId = Sender.RunId };
        RequestCancelWorkflow.Record(turn, HistoryEvents.WorkflowExecutionCancelRequested(cancel.Reason, "history-service", sender, Initiated.EventId));
        return turn.Reply(new DeliveryReceipt(run.Key.RunId));
    }
}
