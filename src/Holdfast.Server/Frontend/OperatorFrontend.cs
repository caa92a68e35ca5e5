using Grpc.Core;
using Holdfast.Engine;
using Holdfast.Engine.Visibility;
using Holdfast.Server.Generated;
using Holdfast.Server.Hosting;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;

namespace Holdfast.Server.Frontend;

/// <summary><c>temporal.api.operatorservice.v1.OperatorService</c>: search attributes and the cluster's own data.</summary>
internal sealed class OperatorFrontend(RunningServer server) : OperatorServiceBase
{
    /// <summary>Registers attributes; one that the namespace has already with the same type is left as it is.</summary>
    public override async Task<AddSearchAttributesResponse> AddSearchAttributes(AddSearchAttributesRequest request, ServerCallContext context)
    {
        var found = server.Namespaces.Resolve(request.Namespace).OrThrow();
        if (request.SearchAttributes.Count == 0)
            throw Refused.InvalidArgument("SearchAttributes are not set on request.");
        foreach (var (name, type) in request.SearchAttributes)
            CheckDefinition(name, type);

        (await server.Namespaces.UpdateSearchAttributesAsync(
            found.Name,
            known =>
            {
                foreach (var (name, type) in request.SearchAttributes)
                {
                    if (known.TryGetValue(name, out var before) && before != type)
                        return new Refusal(RefusalCode.AlreadyExists, $"Search attribute {name} already exists, with type {before}.");
                    known = known.SetItem(name, type);
                }

                return known;
            },
            context.CancellationToken)).OrThrow();
        return new AddSearchAttributesResponse();
    }

    public override async Task<RemoveSearchAttributesResponse> RemoveSearchAttributes(RemoveSearchAttributesRequest request, ServerCallContext context)
    {
        var found = server.Namespaces.Resolve(request.Namespace).OrThrow();
        if (request.SearchAttributes.Count == 0)
            throw Refused.InvalidArgument("SearchAttributes are not set on request.");

        (await server.Namespaces.UpdateSearchAttributesAsync(
            found.Name,
            known =>
            {
                foreach (var name in request.SearchAttributes)
                {
                    if (KnownSearchAttributes.System.ContainsKey(name) || KnownSearchAttributes.Predefined.ContainsKey(name))
                        return Refusal.InvalidArgument($"Unable to remove non-custom search attributes: {name}.");
                    if (!known.ContainsKey(name))
                        return Refusal.NotFound($"Search attribute {name} doesn't exist.");
                }

                return known.RemoveRange(request.SearchAttributes);
            },
            context.CancellationToken)).OrThrow();
        return new RemoveSearchAttributesResponse();
    }

    public override Task<ListSearchAttributesResponse> ListSearchAttributes(ListSearchAttributesRequest request, ServerCallContext context)
    {
        var found = server.Namespaces.Resolve(request.Namespace).OrThrow();
        return Task.FromResult(new ListSearchAttributesResponse
        {
            CustomAttributes = { found.View.SearchAttributes },
            SystemAttributes = { KnownSearchAttributes.System, KnownSearchAttributes.Predefined },
        });
    }

    public override Task<ListClustersResponse> ListClusters(ListClustersRequest request, ServerCallContext context) =>
        Task.FromResult(new ListClustersResponse
        {
            Clusters =
            {
                new ClusterMetadata
                {
                    ClusterName = ServerIdentity.ClusterName,
                    ClusterId = server.ClusterId,
                    HistoryShardCount = server.ShardCount,
                    InitialFailoverVersion = 1,
                    IsConnectionEnabled = true,
                },
            },
        });

    private static void CheckDefinition(string name, IndexedValueType type)
    {
        Requests.Required(name, "SearchAttributes name");
        if (KnownSearchAttributes.System.ContainsKey(name) || KnownSearchAttributes.Predefined.ContainsKey(name))
            throw Refused.InvalidArgument($"Search attribute {name} is reserved by system.");
        if (name.StartsWith(KnownSearchAttributes.ReservedPrefix, StringComparison.Ordinal))
            throw Refused.InvalidArgument($"Search attribute {name} begins with the reserved prefix {KnownSearchAttributes.ReservedPrefix}.");
        if (type == IndexedValueType.Unspecified || !System.Enum.IsDefined(type))
            throw Refused.InvalidArgument($"Unable to parse search attribute type of {name}: {type}.");
    }
}
