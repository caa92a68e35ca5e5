using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>A workflow task for a worker, in the parts that the response is spliced together from.</summary>
/// <param name="Head">All but the history.</param>
/// <param name="History">The encoded events that the worker needs.</param>
/// <param name="Synthetic">Events that follow them but are not part of the history unless the task completes.</param>
public sealed record WorkflowTaskReply(PollWorkflowTaskQueueResponse Head, HistorySlice History, IReadOnlyList<HistoryEvent> Synthetic)
{
    /// <summary>A task that was just started, with its part of the run's history.</summary>
    public static WorkflowTaskReply Of(WorkflowTaskStart start, RunSnapshot run) =>
        new(start.Head, run.History.Between(start.FirstEventId, start.LastEventId), start.Synthetic);
}
