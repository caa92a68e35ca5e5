using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>
/// A client asks the workflow to do something and to answer. The reply is the stage as it stands now; who wants to wait for a later one
/// watches <see cref="UpdateStatus"/> of the run and the update id that the reply names. The same update id again is the same update.
/// </summary>
public sealed record UpdateWorkflow(WorkflowTarget Target, UpdateWorkflowExecutionRequest Request) : IWorkflowRequest<UpdateWorkflowExecutionResponse>
{
    public Decision<UpdateWorkflowExecutionResponse> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null || !Chains.Matches(run, Request.FirstExecutionRunId))
            return Refusal.WorkflowNotFound(Target);

        var known = run.Updates.GetValueOrDefault(UpdateId);
        if (run.IsClosed)
            return known is null ? Refusal.WorkflowCompleted : Stands(new Turn(run, context), UpdateId);
        if (Problem(Request.Request) is { } problem)
            return Refusal.InvalidArgument(problem);
        if (UpdateStatus.IsFailing(run))
            return UpdateStatus.NotReady;
        // A rejection is no answer for ever: the workflow may judge the same request otherwise now.
        if (known is not null and not { Stage: UpdateStage.Rejected })
            return Stands(new Turn(run, context), UpdateId);
        if (OverLimit(run, context.Limits) is { } refusal)
            return refusal;

        var turn = new Turn(run, context);
        var request = Identified(context);
        AdmitUpdate.Record(turn, request);
        ScheduleWorkflowTask.SpeculativeIfNone(turn);
        return Stands(turn, request.Meta.UpdateId);
    }

    private string UpdateId => Request.Request?.Meta?.UpdateId ?? "";

    private static string? Problem(Request? request)
    {
        if (request is null)
            return "Request is not set on UpdateWorkflowExecutionRequest.";
        return request.Input is { Name.Length: > 0 } ? null : "Update name is not set on UpdateWorkflowExecutionRequest.";
    }

    private Refusal? OverLimit(MutableState run, EngineLimits limits)
    {
        var inFlight = run.Updates.Values.Where(update => update.IsInFlight).ToList();
        if (inFlight.Count >= limits.UpdatesInFlight)
        {
            return Refusal.Exhausted(
                ResourceExhaustedCause.ConcurrentLimit,
                $"limit on number of concurrent in-flight updates has been reached ({limits.UpdatesInFlight})");
        }

        if (inFlight.Sum(update => update.Request?.CalculateSize() ?? 0) + Request.Request.CalculateSize() > limits.UpdateBytesInFlight)
        {
            return Refusal.Exhausted(
                ResourceExhaustedCause.ConcurrentLimit,
                $"limit on the total size of in-flight updates has been reached ({limits.UpdateBytesInFlight} bytes)");
        }

        return run.Updates.Values.Count(update => update.Stage != UpdateStage.Rejected) >= limits.UpdatesPerRun
            ? Refusal.FailedPrecondition($"limit on number of total updates has been reached ({limits.UpdatesPerRun})")
            : null;
    }

    private Request Identified(DecisionContext context)
    {
        if (UpdateId.Length > 0)
            return Request.Request;
        var request = Request.Request.Clone();
        request.Meta ??= new Meta();
        request.Meta.UpdateId = context.NewId();
        return request;
    }

    private static Decision<UpdateWorkflowExecutionResponse> Stands(Turn turn, string updateId)
    {
        var status = UpdateStatus.Of(turn.State, updateId);
        if (status.Refusal is { } refusal)
            return turn.Answer<UpdateWorkflowExecutionResponse>(refusal);
        return turn.Reply(new UpdateWorkflowExecutionResponse
        {
            UpdateRef = new UpdateRef
            {
                WorkflowExecution = new WorkflowExecution { WorkflowId = turn.State.Key.WorkflowId, RunId = turn.State.Key.RunId },
                UpdateId = updateId,
            },
            Stage = status.Stage,
            Outcome = status.Outcome,
        });
    }
}
