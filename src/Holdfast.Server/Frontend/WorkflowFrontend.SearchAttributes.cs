using Grpc.Core;
using Holdfast.Engine.Visibility;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    /// <summary>Names and types of all namespaces together: the request does not say which it means. OperatorService lists them for one.</summary>
    public override Task<GetSearchAttributesResponse> GetSearchAttributes(GetSearchAttributesRequest request, ServerCallContext context)
    {
        var reply = new GetSearchAttributesResponse { Keys = { KnownSearchAttributes.System, KnownSearchAttributes.Predefined } };
        foreach (var (name, type) in server.Namespaces.All.SelectMany(one => one.View.SearchAttributes))
            reply.Keys[name] = type;
        return Task.FromResult(reply);
    }
}
