namespace Holdfast.Engine.Workflows;

/// <summary>The other run took a message whose outcome this run's history does not show.</summary>
internal sealed record SettleDelivery(WorkflowTarget Target, string Kind, long EventId) : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);
        var turn = new Turn(run, context);
        if (Deliveries.IsOwed(run, Kind, EventId))
            Deliveries.RecordDone(turn, Kind, EventId);
        return turn.Reply(new DeliveryReceipt());
    }
}
