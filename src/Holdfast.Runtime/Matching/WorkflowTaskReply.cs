using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>A workflow task for a worker, in the parts that the response is spliced together from.</summary>
/// <param name="Head">All but the history.</param>
/// <param name="History">The encoded events that the worker needs, or the first <see cref="MostEvents"/> of them.</param>
/// <param name="LastEventId">The last event that the worker needs; 0 when it needs none.</param>
/// <param name="Synthetic">Events that follow them but are not part of the history unless the task completes.</param>
public sealed record WorkflowTaskReply(PollWorkflowTaskQueueResponse Head, HistorySlice History, long LastEventId, IReadOnlyList<HistoryEvent> Synthetic)
{
    /// <summary>Events that are read for one task; a reply has no room for more.</summary>
    public const int MostEvents = 4_096;

    /// <summary>A task that was just started, with its part of the run's history.</summary>
    public static async ValueTask<WorkflowTaskReply> OfAsync(IShards shards, WorkflowTaskStart start, RunSnapshot run, CancellationToken cancellation)
    {
        var last = Math.Min(start.LastEventId, start.FirstEventId + MostEvents - 1);
        return new(start.Head, await shards.ReadHistoryAsync(run, start.FirstEventId, last, cancellation), start.LastEventId, start.Synthetic);
    }
}
