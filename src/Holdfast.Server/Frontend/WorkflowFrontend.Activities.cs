using Grpc.Core;
using Holdfast.Engine;
using Holdfast.Engine.Workflows.Activities;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    private static readonly PollActivityTaskQueueResponse NoActivityTask = new();

    public override async Task<PollActivityTaskQueueResponse> PollActivityTaskQueue(PollActivityTaskQueueRequest request, ServerCallContext context)
    {
        var ns = Resolve(request.Namespace);
        Requests.Queue(request.TaskQueue);
        var wait = TaskPollWait(context);
        return (await server.ActivityTasks.PollAsync(ns.Id, request, wait, context.CancellationToken)).OrThrow() ?? NoActivityTask;
    }

    public override Task<RecordActivityTaskHeartbeatResponse> RecordActivityTaskHeartbeat(RecordActivityTaskHeartbeatRequest request, ServerCallContext context) =>
        ReplyAsync(new RecordActivityHeartbeat(ByToken(request.Namespace, request.TaskToken), request.Details), context);

    public override async Task<RecordActivityTaskHeartbeatByIdResponse> RecordActivityTaskHeartbeatById(
        RecordActivityTaskHeartbeatByIdRequest request, ServerCallContext context)
    {
        var activity = ById(request.Namespace, request.WorkflowId, request.RunId, request.ActivityId);
        var beat = await ReplyAsync(new RecordActivityHeartbeat(activity, request.Details), context);
        return new RecordActivityTaskHeartbeatByIdResponse
        {
            CancelRequested = beat.CancelRequested,
            ActivityPaused = beat.ActivityPaused,
            ActivityReset = beat.ActivityReset,
        };
    }

    public override async Task<RespondActivityTaskCompletedResponse> RespondActivityTaskCompleted(
        RespondActivityTaskCompletedRequest request, ServerCallContext context)
    {
        await AskAsync(new CompleteActivity(ByToken(request.Namespace, request.TaskToken), request.Result, request.Identity), context);
        return new RespondActivityTaskCompletedResponse();
    }

    public override async Task<RespondActivityTaskCompletedByIdResponse> RespondActivityTaskCompletedById(
        RespondActivityTaskCompletedByIdRequest request, ServerCallContext context)
    {
        var activity = ById(request.Namespace, request.WorkflowId, request.RunId, request.ActivityId);
        await AskAsync(new CompleteActivity(activity, request.Result, request.Identity), context);
        return new RespondActivityTaskCompletedByIdResponse();
    }

    public override async Task<RespondActivityTaskFailedResponse> RespondActivityTaskFailed(RespondActivityTaskFailedRequest request, ServerCallContext context)
    {
        var activity = ByToken(request.Namespace, request.TaskToken);
        await AskAsync(new FailActivity(activity, request.Failure, request.LastHeartbeatDetails, request.Identity), context);
        return new RespondActivityTaskFailedResponse();
    }

    public override async Task<RespondActivityTaskFailedByIdResponse> RespondActivityTaskFailedById(
        RespondActivityTaskFailedByIdRequest request, ServerCallContext context)
    {
        var activity = ById(request.Namespace, request.WorkflowId, request.RunId, request.ActivityId);
        await AskAsync(new FailActivity(activity, request.Failure, request.LastHeartbeatDetails, request.Identity), context);
        return new RespondActivityTaskFailedByIdResponse();
    }

    public override async Task<RespondActivityTaskCanceledResponse> RespondActivityTaskCanceled(
        RespondActivityTaskCanceledRequest request, ServerCallContext context)
    {
        await AskAsync(new RespondActivityCanceled(ByToken(request.Namespace, request.TaskToken), request.Details, request.Identity), context);
        return new RespondActivityTaskCanceledResponse();
    }

    public override async Task<RespondActivityTaskCanceledByIdResponse> RespondActivityTaskCanceledById(
        RespondActivityTaskCanceledByIdRequest request, ServerCallContext context)
    {
        var activity = ById(request.Namespace, request.WorkflowId, request.RunId, request.ActivityId);
        await AskAsync(new RespondActivityCanceled(activity, request.Details, request.Identity), context);
        return new RespondActivityTaskCanceledByIdResponse();
    }

    private ActivityLookup ByToken(string ns, Google.Protobuf.ByteString taskToken) => ActivityLookup.ByToken(Token(ns, taskToken));

    private ActivityLookup ById(string ns, string workflowId, string runId, string activityId)
    {
        var found = Resolve(ns);
        Requests.Required(workflowId, "WorkflowId");
        Requests.RunId(runId);
        Requests.Required(activityId, "ActivityId");
        return ActivityLookup.ById(new WorkflowTarget(found.Id, workflowId, runId), activityId);
    }
}
