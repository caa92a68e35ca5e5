namespace Holdfast.Engine;

/// <summary>
/// A message from one run to another, owed until this run has recorded the outcome. The receiver must take a repetition as done
/// (deliveries carry a request id of their own), since a crash between the two commits sends it again.
/// Equality is by kind and by the event that caused it.
/// </summary>
public abstract record Delivery(string Kind, long EventId)
{
    /// <summary>The request for the other run.</summary>
    public abstract IWorkflowRequest<DeliveryReceipt> ToReceiver();

    /// <summary>The request that records the outcome in the sender's own run.</summary>
    public abstract IWorkflowRequest<DeliveryReceipt> ToSender(Answer<DeliveryReceipt> outcome);

    public virtual bool Equals(Delivery? other) => other is not null && Kind == other.Kind && EventId == other.EventId;

    public override int GetHashCode() => HashCode.Combine(Kind, EventId);
}
