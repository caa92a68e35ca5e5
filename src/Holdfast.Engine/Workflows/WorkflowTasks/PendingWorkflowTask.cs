namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>
/// A workflow task that is scheduled or started. For the eventless kinds (transient, speculative) the event ids are the ones that the
/// task's events will get if they are written, which is why anything else that is written first makes the task a normal one.
/// </summary>
public sealed record PendingWorkflowTask
{
    public required WorkflowTaskKind Kind { get; init; }

    public required long ScheduledEventId { get; init; }

    /// <summary>0 until the task is started.</summary>
    public long StartedEventId { get; init; }

    public required int Attempt { get; init; }

    public required DateTime ScheduledTime { get; init; }

    /// <summary>When the first of a row of heartbeating tasks was scheduled.</summary>
    public required DateTime OriginalScheduledTime { get; init; }

    public DateTime StartedTime { get; init; }

    public required TimeSpan StartToClose { get; init; }

    /// <summary>Scheduled while the run was sticky, so the sticky schedule-to-start timeout applies.</summary>
    public bool IsSticky { get; init; }

    public string RequestId { get; init; } = "";

    public string Identity { get; init; } = "";

    public bool SuggestContinueAsNew { get; init; }

    public long HistorySizeBytes { get; init; }

    public bool IsStarted => StartedEventId != 0;

    public bool IsEventless => Kind != WorkflowTaskKind.Normal;
}
