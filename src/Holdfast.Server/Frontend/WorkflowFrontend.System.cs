using Grpc.Core;
using Temporalio.Api.Version.V1;
using Temporalio.Api.WorkflowService.V1;
using VersionInfo = Temporalio.Api.Version.V1.VersionInfo;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    // Only what really works is advertised: SDKs change what they do for each of these.
    private static readonly GetSystemInfoResponse SystemInfo = new()
    {
        ServerVersion = ServerIdentity.ProtocolVersion,
        Capabilities = new GetSystemInfoResponse.Types.Capabilities
        {
            SignalAndQueryHeader = true,
            InternalErrorDifferentiation = true,
            ActivityFailureIncludeHeartbeat = true,
            EncodedFailureAttributes = true,
            BuildIdBasedVersioning = true,
            UpsertMemo = true,
            EagerWorkflowStart = true,
            SdkMetadata = true,
            CountGroupByExecutionStatus = true,
        },
    };

    public override Task<GetSystemInfoResponse> GetSystemInfo(GetSystemInfoRequest request, ServerCallContext context) => Task.FromResult(SystemInfo);

    public override Task<GetClusterInfoResponse> GetClusterInfo(GetClusterInfoRequest request, ServerCallContext context) =>
        Task.FromResult(new GetClusterInfoResponse
        {
            ServerVersion = ServerIdentity.ProtocolVersion,
            ClusterId = server.ClusterId,
            ClusterName = ServerIdentity.ClusterName,
            HistoryShardCount = server.ShardCount,
            PersistenceStore = server.StoreName,
            VisibilityStore = server.StoreName,
            VersionInfo = new VersionInfo { Current = new ReleaseInfo { Version = ServerIdentity.ProtocolVersion } },
            InitialFailoverVersion = 1,
            FailoverVersionIncrement = 10,
        });
}
