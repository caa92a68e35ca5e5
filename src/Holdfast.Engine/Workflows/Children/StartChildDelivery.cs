using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Children;

/// <summary>Parent to child's workflow id: create the run.</summary>
internal sealed record StartChildDelivery(MutableState Parent, PendingChild Child) : Delivery(Deliveries.StartChild, Child.InitiatedEventId)
{
    public override IWorkflowRequest<DeliveryReceipt> ToReceiver() => Child.Attributes.NamespaceId == Parent.Key.NamespaceId
        ? new CreateChildRun(
            new WorkflowTarget(Parent.Key.NamespaceId, Child.Attributes.WorkflowId),
            new ParentLink(Parent.Key, Child.InitiatedEventId),
            Parent.Started,
            Child.InitiatedEvent)
        : new UnknownNamespace(WorkflowTarget.Of(Parent.Key));

    public override IWorkflowRequest<DeliveryReceipt> ToSender(Answer<DeliveryReceipt> outcome)
    {
        var parent = WorkflowTarget.Of(Parent.Key);
        if (outcome.Refusal is not { } refusal)
            return new RecordChildStarted(parent, Child.InitiatedEventId, new RunKey(Parent.Key.NamespaceId, Child.Attributes.WorkflowId, outcome.Reply.RunId));
        var cause = refusal.Code == RefusalCode.AlreadyExists
            ? StartChildWorkflowExecutionFailedCause.WorkflowAlreadyExists
            : StartChildWorkflowExecutionFailedCause.NamespaceNotFound;
        return new RecordChildStartFailed(parent, Child.InitiatedEventId, cause);
    }

    public bool Equals(StartChildDelivery? other) => base.Equals(other);

    public override int GetHashCode() => base.GetHashCode();
}
