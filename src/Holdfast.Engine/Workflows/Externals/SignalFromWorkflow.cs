using Holdfast.Engine.Workflows.Signals;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Externals;

/// <summary>A signal that another workflow sent. A repetition of the message is known by its request id, which the signal's event carries.</summary>
internal sealed record SignalFromWorkflow(WorkflowTarget Target, RunKey Sender, HistoryEvent Initiated) : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context)
    {
        var signal = Initiated.SignalExternalWorkflowExecutionInitiatedEventAttributes;
        if (run is null || !ReachableFrom.IsReachable(run, Sender, signal.ChildWorkflowOnly))
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        var requestId = $"{Sender.RunId}:{Initiated.EventId}";
        if (run.SeenRequestIds.Contains(requestId))
            return turn.Reply(new DeliveryReceipt(run.Key.RunId));
        if (run.IsClosed)
            return Refusal.WorkflowCompleted;
        if (SignalWorkflow.Check(run, signal.Input, context.Limits) is { } refusal)
            return refusal;

        var sender = new WorkflowExecution { WorkflowId = Sender.WorkflowId, RunId = Sender.RunId };
        SignalWorkflow.Record(turn, HistoryEvents.WorkflowExecutionSignaled(
            signal.SignalName, signal.Input, "history-service", signal.Header, requestId, [], sender));
        return turn.Reply(new DeliveryReceipt(run.Key.RunId));
    }
}
