using Grpc.Core;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    /// <summary>A worker goes: its sticky queue is given up at once, and its open polls end empty.</summary>
    public override Task<ShutdownWorkerResponse> ShutdownWorker(ShutdownWorkerRequest request, ServerCallContext context)
    {
        var ns = Resolve(request.Namespace);
        if (!server.Config.CancelPollsOnShutdown)
        {
            request = request.Clone();
            request.WorkerInstanceKey = "";
        }

        server.Queues.ShutdownWorker(ns.Id, request);
        return Task.FromResult(new ShutdownWorkerResponse());
    }
}
