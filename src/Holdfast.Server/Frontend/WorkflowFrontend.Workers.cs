using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Holdfast.Engine;
using Temporalio.Api.Worker.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    private const int LargestWorkerPage = 1000;

    /// <summary>A worker goes: its sticky queue is given up at once, and its open polls end empty.</summary>
    public override Task<ShutdownWorkerResponse> ShutdownWorker(ShutdownWorkerRequest request, ServerCallContext context)
    {
        var ns = Resolve(request.Namespace);
        if (request.WorkerHeartbeat is { } last)
            server.Heartbeats.Record(ns.Id, last);
        if (!server.Config.CancelPollsOnShutdown)
        {
            request = request.Clone();
            request.WorkerInstanceKey = "";
        }

        server.Queues.ShutdownWorker(ns.Id, request);
        return Task.FromResult(new ShutdownWorkerResponse());
    }

    public override Task<RecordWorkerHeartbeatResponse> RecordWorkerHeartbeat(RecordWorkerHeartbeatRequest request, ServerCallContext context)
    {
        var ns = Resolve(request.Namespace);
        foreach (var heartbeat in request.WorkerHeartbeat)
        {
            Requests.Bounded(heartbeat.WorkerInstanceKey, "WorkerInstanceKey");
            server.Heartbeats.Record(ns.Id, heartbeat);
        }

        return Task.FromResult(new RecordWorkerHeartbeatResponse());
    }

    public override Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context)
    {
        var ns = Resolve(request.Namespace);
        RefuseQuery(request.Query);
        if (request.PageSize < 0)
            throw Refused.InvalidArgument("PageSize must not be negative.");

        // The token is the last key of the page before: workers are listed by key.
        var after = request.NextPageToken.ToStringUtf8();
        var size = request.PageSize is 0 or > LargestWorkerPage ? LargestWorkerPage : request.PageSize;
        var page = server.Heartbeats.Of(ns.Id).Where(worker => string.CompareOrdinal(worker.WorkerInstanceKey, after) > 0).Take(size + 1).ToArray();
        return Task.FromResult(new ListWorkersResponse
        {
            Workers = { page.Take(size).Select(Listed) },
            WorkersInfo = { page.Take(size).Select(worker => new WorkerInfo { WorkerHeartbeat = worker }) },
            NextPageToken = page.Length > size ? ByteString.CopyFrom(page[size - 1].WorkerInstanceKey, Encoding.UTF8) : ByteString.Empty,
        });
    }

    public override Task<CountWorkersResponse> CountWorkers(CountWorkersRequest request, ServerCallContext context)
    {
        var ns = Resolve(request.Namespace);
        RefuseQuery(request.Query);
        return Task.FromResult(new CountWorkersResponse { Count = server.Heartbeats.Of(ns.Id).Count });
    }

    public override Task<DescribeWorkerResponse> DescribeWorker(DescribeWorkerRequest request, ServerCallContext context)
    {
        var ns = Resolve(request.Namespace);
        Requests.Required(request.WorkerInstanceKey, "WorkerInstanceKey");
        var worker = server.Heartbeats.Find(ns.Id, request.WorkerInstanceKey)
            ?? throw Refused.With(Refusal.NotFound($"Worker {request.WorkerInstanceKey} not found."));
        return Task.FromResult(new DescribeWorkerResponse { WorkerInfo = new WorkerInfo { WorkerHeartbeat = worker } });
    }

    // To list all where some were asked for would be a wrong answer.
    private static void RefuseQuery(string query)
    {
        if (query.Length > 0)
            throw Refused.With(new Refusal(RefusalCode.Unimplemented, "Query is set on request, but this server lists workers without a filter only."));
    }

    private static WorkerListInfo Listed(WorkerHeartbeat worker) => new()
    {
        WorkerInstanceKey = worker.WorkerInstanceKey,
        WorkerIdentity = worker.WorkerIdentity,
        TaskQueue = worker.TaskQueue,
        DeploymentVersion = worker.DeploymentVersion,
        SdkName = worker.SdkName,
        SdkVersion = worker.SdkVersion,
        Status = worker.Status,
        StartTime = worker.StartTime,
        HostName = worker.HostInfo?.HostName ?? "",
        WorkerGroupingKey = worker.HostInfo?.WorkerGroupingKey ?? "",
        ProcessId = worker.HostInfo?.ProcessId ?? "",
        Plugins = { worker.Plugins },
        Drivers = { worker.Drivers },
    };
}
