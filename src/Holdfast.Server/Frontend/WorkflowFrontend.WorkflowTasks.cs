using Grpc.Core;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    private static readonly PollWorkflowTaskQueueResponse NoWorkflowTask = new();

    public override async Task<RawReply> PollWorkflowTaskQueue(PollWorkflowTaskQueueRequest request, ServerCallContext context)
    {
        var ns = Resolve(request.Namespace);
        Requests.Queue(request.TaskQueue);
        var wait = TaskPollWait(context);
        var task = (await server.WorkflowTasks.PollAsync(ns.Id, request, wait, context.CancellationToken)).OrThrow();
        return task is null ? RawReply.Of(NoWorkflowTask) : TaskReplies.Of(task);
    }

    public override async Task<RawReply> RespondWorkflowTaskCompleted(RespondWorkflowTaskCompletedRequest request, ServerCallContext context)
    {
        var token = Token(request.Namespace, request.TaskToken);
        var completed = (await server.WorkflowTasks.CompleteAsync(token, request, context.CancellationToken)).OrThrow();
        return completed.NextTask is { } next
            ? TaskReplies.Inside(completed.Response, RespondWorkflowTaskCompletedResponse.WorkflowTaskFieldNumber, next)
            : RawReply.Of(completed.Response);
    }

    public override Task<RespondWorkflowTaskFailedResponse> RespondWorkflowTaskFailed(RespondWorkflowTaskFailedRequest request, ServerCallContext context) =>
        ReplyAsync(new FailWorkflowTask(Token(request.Namespace, request.TaskToken), request), context);
}
