using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Externals;

/// <summary>Workflow to workflow: a signal.</summary>
internal sealed record SignalDelivery(MutableState Sender, HistoryEvent Initiated) : Delivery(Deliveries.SignalExternal, Initiated.EventId)
{
    public override IWorkflowRequest<DeliveryReceipt> ToReceiver()
    {
        var attributes = Initiated.SignalExternalWorkflowExecutionInitiatedEventAttributes;
        if (attributes.NamespaceId != Sender.Key.NamespaceId)
            return new UnknownNamespace(WorkflowTarget.Of(Sender.Key));
        var target = attributes.WorkflowExecution;
        return new SignalFromWorkflow(new WorkflowTarget(Sender.Key.NamespaceId, target.WorkflowId, target.RunId), Sender.Key, Initiated);
    }

    public override IWorkflowRequest<DeliveryReceipt> ToSender(Answer<DeliveryReceipt> outcome) =>
        new RecordExternalSignaled(WorkflowTarget.Of(Sender.Key), Initiated.EventId, Cause(outcome.Refusal));

    public bool Equals(SignalDelivery? other) => base.Equals(other);

    public override int GetHashCode() => base.GetHashCode();

    private static SignalExternalWorkflowExecutionFailedCause? Cause(Refusal? refusal) => refusal?.Code switch
    {
        null => null,
        RefusalCode.FailedPrecondition => SignalExternalWorkflowExecutionFailedCause.NamespaceNotFound,
        RefusalCode.InvalidArgument => SignalExternalWorkflowExecutionFailedCause.SignalCountLimitExceeded,
        _ => SignalExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound,
    };
}
