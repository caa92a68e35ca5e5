using Grpc.Core;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    // For callers that set no deadline.
    private static readonly TimeSpan LongestQuery = TimeSpan.FromSeconds(30);

    public override async Task<QueryWorkflowResponse> QueryWorkflow(QueryWorkflowRequest request, ServerCallContext context)
    {
        var target = Target(request.Namespace, request.Execution);
        if (request.Query is null)
            throw Refused.InvalidArgument("WorkflowQuery is not set on request.");
        Requests.Required(request.Query.QueryType, "QueryType");
        var wait = Shorter(LongestQuery, TimeLeft(context) - RoomBeforeDeadline);
        return (await server.Queries.QueryAsync(target.NamespaceId, request, wait, context.CancellationToken)).OrThrow();
    }

    public override Task<RespondQueryTaskCompletedResponse> RespondQueryTaskCompleted(RespondQueryTaskCompletedRequest request, ServerCallContext context)
    {
        Resolve(request.Namespace);
        if (request.TaskToken.IsEmpty)
            throw Refused.InvalidArgument("Task token not set on request.");
        return Task.FromResult(server.Queries.Respond(request).OrThrow());
    }
}
