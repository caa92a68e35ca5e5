using Grpc.Core;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    public override async Task<RawReply> RespondWorkflowTaskCompleted(RespondWorkflowTaskCompletedRequest request, ServerCallContext context)
    {
        var told = await AskAsync(new CompleteWorkflowTask(Token(request.Namespace, request.TaskToken), request), context);
        var (response, next) = told.Answer.Reply;
        return next is null || told.Run is null
            ? RawReply.Of(response)
            : TaskReplies.Inside(response, RespondWorkflowTaskCompletedResponse.WorkflowTaskFieldNumber, next, told.Run);
    }

    public override Task<RespondWorkflowTaskFailedResponse> RespondWorkflowTaskFailed(RespondWorkflowTaskFailedRequest request, ServerCallContext context) =>
        ReplyAsync(new FailWorkflowTask(Token(request.Namespace, request.TaskToken), request), context);
}
