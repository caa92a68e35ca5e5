namespace Holdfast.Engine.Workflows;

/// <summary>
/// Stands in for a message to another namespace: workflows reach only into their own. The outcome then comes back the same way as any other,
/// after the workflow task that asked for it.
/// </summary>
internal sealed record UnknownNamespace(WorkflowTarget Target) : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context) =>
        new Refusal(RefusalCode.FailedPrecondition, "A workflow reaches only workflows of its own namespace.");
}
