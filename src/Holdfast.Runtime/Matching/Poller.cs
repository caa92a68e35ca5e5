using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>Who polls, as the poll itself says it.</summary>
/// <param name="MaxTasksPerSecond">The queue's dispatch rate as this worker wants it; null leaves the rate as it is.</param>
internal readonly record struct Poller(string Identity, string WorkerInstanceKey, double? MaxTasksPerSecond)
{
    public static Poller Of(PollWorkflowTaskQueueRequest request) => new(request.Identity, request.WorkerInstanceKey, null);

    public static Poller Of(PollActivityTaskQueueRequest request) =>
        new(request.Identity, request.WorkerInstanceKey, request.TaskQueueMetadata?.MaxTasksPerSecond);
}
