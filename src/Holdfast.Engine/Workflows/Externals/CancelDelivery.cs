using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Externals;

/// <summary>Workflow to workflow: a request to cancel.</summary>
internal sealed record CancelDelivery(MutableState Sender, HistoryEvent Initiated) : Delivery(Deliveries.CancelExternal, Initiated.EventId)
{
    public override IWorkflowRequest<DeliveryReceipt> ToReceiver()
    {
        var attributes = Initiated.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
        if (attributes.NamespaceId != Sender.Key.NamespaceId)
            return new UnknownNamespace(WorkflowTarget.Of(Sender.Key));
        var target = attributes.WorkflowExecution;
        return new CancelFromWorkflow(new WorkflowTarget(Sender.Key.NamespaceId, target.WorkflowId, target.RunId), Sender.Key, Initiated);
    }

    public override IWorkflowRequest<DeliveryReceipt> ToSender(Answer<DeliveryReceipt> outcome) =>
        new RecordExternalCancelRequested(WorkflowTarget.Of(Sender.Key), Initiated.EventId, Cause(outcome.Refusal));

    public bool Equals(CancelDelivery? other) => base.Equals(other);

    public override int GetHashCode() => base.GetHashCode();

    private static CancelExternalWorkflowExecutionFailedCause? Cause(Refusal? refusal) => refusal?.Code switch
    {
        null => null,
        RefusalCode.FailedPrecondition => CancelExternalWorkflowExecutionFailedCause.NamespaceNotFound,
        _ => CancelExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound,
    };
}
