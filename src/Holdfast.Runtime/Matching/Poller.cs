using Google.Protobuf;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>Who polls, as the poll itself says it.</summary>
/// <param name="MaxTasksPerSecond">The queue's dispatch rate as this worker wants it; null leaves the rate as it is.</param>
/// <param name="Request">The poll, for which a task may be started while it waits; null for a poller that starts its tasks itself.</param>
internal readonly record struct Poller(string Identity, string WorkerInstanceKey, double? MaxTasksPerSecond, IMessage? Request = null)
{
    public static Poller Of(PollWorkflowTaskQueueRequest request) => new(request.Identity, request.WorkerInstanceKey, null, request);

    public static Poller Of(PollActivityTaskQueueRequest request) =>
        new(request.Identity, request.WorkerInstanceKey, request.TaskQueueMetadata?.MaxTasksPerSecond, request);
}
