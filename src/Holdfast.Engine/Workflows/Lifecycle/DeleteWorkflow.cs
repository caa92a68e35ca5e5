using Holdfast.Engine.Journal;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>
/// Removes a run with all that is stored of it. An open run is terminated first, so its children and its parent hear of its end as they would
/// of any other; it goes once they have.
/// </summary>
public sealed record DeleteWorkflow(WorkflowTarget Target) : IWorkflowRequest<DeleteWorkflowExecutionResponse>
{
    public Decision<DeleteWorkflowExecutionResponse> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        if (!run.IsClosed)
            TerminateWorkflow.Record(turn, "Delete workflow execution", null, "history-service");
        if (!run.DeletionRequested)
            turn.Record(new StoredRecord { DeletionRequested = new DeletionRequested() });
        var owesOthers = Deliveries.Of(turn.State).Any();
        return turn.Reply(new DeleteWorkflowExecutionResponse()) with { Deletes = !owesOthers };
    }

    internal static MutableState Apply(MutableState state) => state with { DeletionRequested = true };
}
