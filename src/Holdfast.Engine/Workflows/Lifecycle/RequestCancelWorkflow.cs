using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>Asks a run to cancel itself. Asking again, or asking a closed run, is fine and changes nothing.</summary>
public sealed record RequestCancelWorkflow(WorkflowTarget Target, RequestCancelWorkflowExecutionRequest Request) : IWorkflowRequest<RequestCancelWorkflowExecutionResponse>
{
    public Decision<RequestCancelWorkflowExecutionResponse> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null || !Chains.Matches(run, Request.FirstExecutionRunId))
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        if (!run.IsClosed && !run.CancelRequested)
        {
            var requested = HistoryEvents.WorkflowExecutionCancelRequested(Request.Reason, Request.Identity, external: null, externalInitiatedEventId: 0);
            requested.Links.AddRange(Request.Links);
            Record(turn, requested);
        }

        return turn.Reply(new RequestCancelWorkflowExecutionResponse());
    }

    internal static void Record(Turn turn, HistoryEvent requested)
    {
        turn.AppendOrBuffer(requested);
        ScheduleWorkflowTask.IfNone(turn);
    }

    internal static MutableState Apply(MutableState state) => state with { CancelRequested = true };
}
