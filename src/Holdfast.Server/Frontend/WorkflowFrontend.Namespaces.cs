using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Server.Namespaces;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Namespace.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    private const int LargestNamespacePage = 1000;

    public override async Task<RegisterNamespaceResponse> RegisterNamespace(RegisterNamespaceRequest request, ServerCallContext context)
    {
        if (request.Namespace.Length == 0)
            throw Refused.InvalidArgument("Namespace not set on request.");
        Requests.Bounded(request.Namespace, "Namespace");
        CheckRetention(request.WorkflowExecutionRetentionPeriod);
        if (request.IsGlobalNamespace)
            throw Refused.InvalidArgument("IsGlobalNamespace is set, but this server has one cluster only.");
        if (request.HistoryArchivalState == ArchivalState.Enabled || request.VisibilityArchivalState == ArchivalState.Enabled)
            throw Refused.InvalidArgument("Archival is not enabled on this server.");

        (await server.Namespaces.RegisterAsync(request, context.CancellationToken)).OrThrow();
        return new RegisterNamespaceResponse();
    }

    public override Task<DescribeNamespaceResponse> DescribeNamespace(DescribeNamespaceRequest request, ServerCallContext context)
    {
        if (request.Namespace.Length > 0 && request.Id.Length > 0)
            throw Refused.InvalidArgument("Only one of namespace name or Id should be set on request.");
        if (request.Id.Length > 0)
            return Task.FromResult(Describe(server.Namespaces.FindById(request.Id) ?? throw Refused.With(NamespaceRegistry.NotFound(request.Id))));
        return Task.FromResult(Describe(Resolve(request.Namespace)));
    }

    public override Task<ListNamespacesResponse> ListNamespaces(ListNamespacesRequest request, ServerCallContext context)
    {
        if (request.PageSize < 0)
            throw Refused.InvalidArgument("PageSize must not be negative.");

        // The token is the last name of the page before: names are listed in order.
        var after = request.NextPageToken.ToStringUtf8();
        var size = request.PageSize is 0 or > LargestNamespacePage ? LargestNamespacePage : request.PageSize;
        var page = server.Namespaces.All
            .Where(one => string.CompareOrdinal(one.Name, after) > 0)
            .Where(one => one.State != NamespaceState.Deleted || request.NamespaceFilter?.IncludeDeleted == true)
            .Take(size + 1)
            .ToArray();
        return Task.FromResult(new ListNamespacesResponse
        {
            Namespaces = { page.Take(size).Select(Describe) },
            NextPageToken = page.Length > size ? ByteString.CopyFrom(page[size - 1].Name, Encoding.UTF8) : ByteString.Empty,
        });
    }

    public override async Task<UpdateNamespaceResponse> UpdateNamespace(UpdateNamespaceRequest request, ServerCallContext context)
    {
        var found = Resolve(request.Namespace);
        if (request.Config?.WorkflowExecutionRetentionTtl is { } retention)
            CheckRetention(retention);
        if (request.Config is { HistoryArchivalState: ArchivalState.Enabled } or { VisibilityArchivalState: ArchivalState.Enabled })
            throw Refused.InvalidArgument("Archival is not enabled on this server.");
        if (request.PromoteNamespace)
            throw Refused.InvalidArgument("PromoteNamespace is set, but this server has one cluster only.");

        var updated = Describe((await server.Namespaces.UpdateAsync(found.Name, settings => Merge(settings, request), context.CancellationToken)).OrThrow());
        return new UpdateNamespaceResponse
        {
            NamespaceInfo = updated.NamespaceInfo,
            Config = updated.Config,
            ReplicationConfig = updated.ReplicationConfig,
            FailoverVersion = updated.FailoverVersion,
            IsGlobalNamespace = updated.IsGlobalNamespace,
        };
    }

    public override async Task<DeprecateNamespaceResponse> DeprecateNamespace(DeprecateNamespaceRequest request, ServerCallContext context)
    {
        var found = Resolve(request.Namespace);
        (await server.Namespaces.UpdateAsync(found.Name, settings => settings.NamespaceInfo.State = NamespaceState.Deprecated, context.CancellationToken)).OrThrow();
        return new DeprecateNamespaceResponse();
    }

    private static void Merge(DescribeNamespaceResponse settings, UpdateNamespaceRequest request)
    {
        var info = settings.NamespaceInfo;
        if (request.UpdateInfo is { } change)
        {
            info.Description = change.Description.Length > 0 ? change.Description : info.Description;
            info.OwnerEmail = change.OwnerEmail.Length > 0 ? change.OwnerEmail : info.OwnerEmail;
            info.State = change.State != NamespaceState.Unspecified ? change.State : info.State;
            foreach (var (key, value) in change.Data)
                info.Data[key] = value;
        }

        if (request.Config is { } config)
        {
            if (config.WorkflowExecutionRetentionTtl is { } retention)
                settings.Config.WorkflowExecutionRetentionTtl = retention;
            if (config.BadBinaries is { } bad)
                settings.Config.BadBinaries.Binaries.Add(bad.Binaries);
        }

        settings.Config.BadBinaries.Binaries.Remove(request.DeleteBadBinary);
    }

    private static void CheckRetention(Duration? retention)
    {
        if (retention is null || retention.Seconds <= 0)
            throw Refused.InvalidArgument("A valid retention period is not set on request.");
        Requests.Timeout(retention, "WorkflowExecutionRetentionPeriod");
    }

    // Capabilities and limits belong to the running server, not to what is stored of the namespace.
    private DescribeNamespaceResponse Describe(Namespace ns)
    {
        var described = ns.Settings.Clone();
        described.NamespaceInfo.Capabilities = new NamespaceInfo.Types.Capabilities
        {
            EagerWorkflowStart = true,
            SyncUpdate = true,
            AsyncUpdate = true,
            WorkerHeartbeats = true,
            WorkerPollCompleteOnShutdown = server.Config.CancelPollsOnShutdown,
        };
        described.NamespaceInfo.Limits = new NamespaceInfo.Types.Limits
        {
            BlobSizeLimitError = server.Config.Limits.BlobSizeError,
            MemoSizeLimitError = server.Config.Limits.MemoSizeError,
        };
        foreach (var name in ns.View.SearchAttributes.Keys)
            described.Config.CustomSearchAttributeAliases[name] = name;
        return described;
    }
}
