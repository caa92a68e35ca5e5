using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Children;

/// <summary>
/// A closed parent to each child that it started and has not heard the end of: what the parent close policy says. Closed by any means,
/// continued-as-new and timeouts included.
/// </summary>
internal sealed record ParentClosePolicyDelivery(MutableState Parent, PendingChild Child) : Delivery(Deliveries.ParentClosePolicy, Child.InitiatedEventId)
{
    public const string Reason = "by parent close policy";

    public const string Identity = "history-service";

    public static bool IsOwed(MutableState parent, PendingChild child) =>
        parent.IsClosed && child.IsStarted && child.Attributes.ParentClosePolicy != ParentClosePolicy.Abandon;

    public override IWorkflowRequest<DeliveryReceipt> ToReceiver() => new ApplyParentClosePolicy(
        new WorkflowTarget(Parent.Key.NamespaceId, Child.Attributes.WorkflowId),
        new ParentLink(Parent.Key, Child.InitiatedEventId),
        Child.Attributes.ParentClosePolicy);

    public override IWorkflowRequest<DeliveryReceipt> ToSender(Answer<DeliveryReceipt> outcome) =>
        new SettleDelivery(WorkflowTarget.Of(Parent.Key), Kind, EventId);

    public bool Equals(ParentClosePolicyDelivery? other) => base.Equals(other);

    public override int GetHashCode() => base.GetHashCode();
}
