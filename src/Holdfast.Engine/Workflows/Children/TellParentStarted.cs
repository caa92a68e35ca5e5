namespace Holdfast.Engine.Workflows.Children;

/// <summary>Child to parent: I exist. The child waits with its first workflow task until the parent has recorded it.</summary>
internal sealed record TellParentStarted(MutableState Child) : Delivery(Deliveries.TellParentStarted, Child.StartedEvent.EventId)
{
    public static bool IsOwed(MutableState child) => child is { AwaitsParent: true, IsClosed: false };

    public override IWorkflowRequest<DeliveryReceipt> ToReceiver()
    {
        var link = ParentLink.Of(Child);
        return new RecordChildStarted(WorkflowTarget.Of(link.Parent), link.InitiatedEventId, Child.Key);
    }

    public override IWorkflowRequest<DeliveryReceipt> ToSender(Answer<DeliveryReceipt> outcome) =>
        new ParentRecordedStart(WorkflowTarget.Of(Child.Key), outcome.Refusal);

    public bool Equals(TellParentStarted? other) => base.Equals(other);

    public override int GetHashCode() => base.GetHashCode();
}
