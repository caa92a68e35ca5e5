using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    public override Task<DescribeTaskQueueResponse> DescribeTaskQueue(DescribeTaskQueueRequest request, ServerCallContext context)
    {
        var ns = Resolve(request.Namespace);
        Requests.Queue(request.TaskQueue);
        var type = request.TaskQueueType == TaskQueueType.Unspecified ? TaskQueueType.Workflow : request.TaskQueueType;
        var described = server.Queues.Describe(ns.Id, request.TaskQueue.Name, type);
        return Task.FromResult(new DescribeTaskQueueResponse
        {
            Pollers = { described.Pollers },
            TaskQueueStatus = request.IncludeTaskQueueStatus ? new TaskQueueStatus { BacklogCountHint = described.BacklogCount } : null,
            Stats = request.ReportStats
                ? new TaskQueueStats
                {
                    ApproximateBacklogCount = described.BacklogCount,
                    ApproximateBacklogAge = Duration.FromTimeSpan(described.BacklogAge),
                }
                : null,
        });
    }

    /// <summary>Queues have one partition here: every poller sees every task.</summary>
    public override Task<ListTaskQueuePartitionsResponse> ListTaskQueuePartitions(ListTaskQueuePartitionsRequest request, ServerCallContext context)
    {
        Resolve(request.Namespace);
        Requests.Queue(request.TaskQueue);
        var only = new TaskQueuePartitionMetadata { Key = request.TaskQueue.Name, OwnerHostName = Environment.MachineName };
        return Task.FromResult(new ListTaskQueuePartitionsResponse { ActivityTaskQueuePartitions = { only }, WorkflowTaskQueuePartitions = { only } });
    }
}
