using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>
/// A workflow task that was just started: all of the poll response but its history, which is the run's events from
/// <see cref="FirstEventId"/> on, followed by <see cref="Synthetic"/>.
/// </summary>
public sealed record WorkflowTaskStart
{
    public required PollWorkflowTaskQueueResponse Head { get; init; }

    public required long FirstEventId { get; init; }

    /// <summary>Last event of the history that belongs to this task, without the synthetic ones.</summary>
    public required long LastEventId { get; init; }

    /// <summary>Scheduled and started events of an eventless task, made up for the worker; not in the history (yet).</summary>
    public IReadOnlyList<HistoryEvent> Synthetic { get; init; } = [];
}
