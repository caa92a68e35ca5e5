using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Children;

/// <summary>Child to parent: this is how it ended. Only the last run of the child's chain reports.</summary>
internal sealed record ReportToParent(MutableState Child) : Delivery(Deliveries.ReportToParent, Child.CloseEvent!.EventId)
{
    public static bool IsOwed(MutableState child) =>
        child is { IsClosed: true, HasParent: true, ParentTold: false, SuccessorRunId: "", Status: not WorkflowExecutionStatus.ContinuedAsNew };

    public override IWorkflowRequest<DeliveryReceipt> ToReceiver()
    {
        var link = ParentLink.Of(Child);
        return new RecordChildClosed(WorkflowTarget.Of(link.Parent), link.InitiatedEventId, Child.Key, Child.FirstExecutionRunId, Child.CloseEvent!);
    }

    // Whatever the parent says: one that closed or is gone has no use for the news.
    public override IWorkflowRequest<DeliveryReceipt> ToSender(Answer<DeliveryReceipt> outcome) =>
        new SettleDelivery(WorkflowTarget.Of(Child.Key), Kind, EventId);

    public bool Equals(ReportToParent? other) => base.Equals(other);

    public override int GetHashCode() => base.GetHashCode();
}
