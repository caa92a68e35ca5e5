using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>Ends a run at once, without asking it.</summary>
public sealed record TerminateWorkflow(WorkflowTarget Target, TerminateWorkflowExecutionRequest Request) : IWorkflowRequest<TerminateWorkflowExecutionResponse>
{
    public Decision<TerminateWorkflowExecutionResponse> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null || !Chains.Matches(run, Request.FirstExecutionRunId))
            return Refusal.WorkflowNotFound(Target);
        if (run.IsClosed)
            return Refusal.WorkflowCompleted;
        if (Sizes.Check(Request.Details, context.Limits, "Details") is { } tooLarge)
            return tooLarge;

        var turn = new Turn(run, context);
        Record(turn, Request.Reason, Request.Details, Request.Identity, Request.Links);
        return turn.Reply(new TerminateWorkflowExecutionResponse());
    }

    internal static void Record(Turn turn, string reason, Payloads? details, string identity, IReadOnlyCollection<Link>? links = null)
    {
        CloseRun.EndWorkflowTask(turn);
        var terminated = HistoryEvents.WorkflowExecutionTerminated(reason, details, identity);
        terminated.Links.AddRange(links ?? []);
        turn.Append(terminated);
    }
}
