using Grpc.Core;
using Holdfast.Engine;
using Holdfast.Engine.Workflows.Updates;
using Temporalio.Api.WorkflowService.V1;
using Stage = Temporalio.Api.Enums.V1.UpdateWorkflowExecutionLifecycleStage;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    /// <summary>Sends an update and waits for the stage that the caller wants, but no longer than for a while: callers ask again.</summary>
    public override Task<UpdateWorkflowExecutionResponse> UpdateWorkflowExecution(UpdateWorkflowExecutionRequest request, ServerCallContext context)
    {
        var target = Chain(Target(request.Namespace, request.WorkflowExecution), request.FirstExecutionRunId);
        CheckUpdate(request);
        return UpdateAsync(target, request, context);
    }

    public override async Task<PollWorkflowExecutionUpdateResponse> PollWorkflowExecutionUpdate(
        PollWorkflowExecutionUpdateRequest request, ServerCallContext context)
    {
        Resolve(request.Namespace);
        if (request.UpdateRef is not { } update)
            throw Refused.InvalidArgument("UpdateRef is not set on request.");
        var target = Target(request.Namespace, update.WorkflowExecution);
        Requests.Required(update.UpdateId, "UpdateRef.UpdateId");

        // Without a policy the caller wants to know how things stand, now.
        var wanted = request.WaitPolicy?.LifecycleStage ?? Stage.Unspecified;
        var status = await WaitForUpdateAsync(target, update.UpdateId, wanted, context);
        if (status.Refusal is { } refusal)
            throw Refused.With(refusal);
        return new PollWorkflowExecutionUpdateResponse { UpdateRef = update, Stage = status.Stage, Outcome = status.Outcome };
    }

    private static void CheckUpdate(UpdateWorkflowExecutionRequest request)
    {
        if (request.Request is not { } update)
            throw Refused.InvalidArgument("Request is not set on request.");
        Requests.Bounded(update.Meta?.UpdateId ?? "", "UpdateId");
        Requests.Required(update.Input?.Name ?? "", "Update name");
        if (request.WaitPolicy?.LifecycleStage == Stage.Admitted)
            throw Refused.With(new Refusal(RefusalCode.PermissionDenied, "Waiting for stage ADMITTED is not supported."));
    }

    private async Task<UpdateWorkflowExecutionResponse> UpdateAsync(WorkflowTarget target, UpdateWorkflowExecutionRequest request, ServerCallContext context)
    {
        var reply = await ReplyAsync(new UpdateWorkflow(target, request), context);
        return await ReachStageAsync(target, reply, request, context);
    }

    /// <summary>Waits until an update that was taken has come as far as its caller wants.</summary>
    private async Task<UpdateWorkflowExecutionResponse> ReachStageAsync(
        WorkflowTarget target, UpdateWorkflowExecutionResponse reply, UpdateWorkflowExecutionRequest request, ServerCallContext context)
    {
        var wanted = request.WaitPolicy?.LifecycleStage ?? Stage.Unspecified;
        if (wanted == Stage.Unspecified)
            wanted = Stage.Completed;
        if (reply.Stage >= wanted)
            return reply;

        var run = target with { RunId = reply.UpdateRef.WorkflowExecution.RunId };
        var status = await WaitForUpdateAsync(run, reply.UpdateRef.UpdateId, wanted, context);
        if (status.Refusal is { } refusal)
            throw Refused.With(refusal);
        return new UpdateWorkflowExecutionResponse { UpdateRef = reply.UpdateRef, Stage = status.Stage, Outcome = status.Outcome };
    }

    private async Task<UpdateStatus> WaitForUpdateAsync(WorkflowTarget target, string updateId, Stage wanted, ServerCallContext context)
    {
        var run = await WaitAsync(target, run => UpdateStatus.Of(run.State, updateId) is var status && (status.Refusal is not null || status.Stage >= wanted), context);
        return run is null ? new UpdateStatus(Stage.Unspecified, null, Refusal.WorkflowNotFound(target)) : UpdateStatus.Of(run.State, updateId);
    }
}
