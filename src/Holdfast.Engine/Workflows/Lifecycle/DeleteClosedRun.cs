namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>
/// Deletes a run that is closed and owes nothing to others; any other is left alone. Asked by the server itself: when a requested deletion is due,
/// and when the namespace's retention period is over. The reply says whether there is such a run no more.
/// </summary>
public sealed record DeleteClosedRun(WorkflowTarget Target) : IWorkflowRequest<bool>
{
    public Decision<bool> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return new Decision<bool> { Answer = true };
        var deletes = run.IsClosed && !Deliveries.Of(run).Any();
        return new Decision<bool> { Answer = deletes, Deletes = deletes };
    }
}
