using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>The worker gave its cached copy of the run up: the next workflow task goes to the normal queue with the whole history.</summary>
public sealed record ResetStickyTaskQueue(WorkflowTarget Target) : IWorkflowRequest<ResetStickyTaskQueueResponse>
{
    public Decision<ResetStickyTaskQueueResponse> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);
        if (run.IsClosed)
            return Refusal.WorkflowCompleted;
        var turn = new Turn(run, context);
        StickyQueue.Clear(turn);
        return turn.Reply(new ResetStickyTaskQueueResponse());
    }
}
