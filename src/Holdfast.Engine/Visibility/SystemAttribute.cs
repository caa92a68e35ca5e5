namespace Holdfast.Engine.Visibility;

#pragma warning disable CA1711 // The protocol's word; nothing to do with .NET's attributes.
/// <summary>What lists know of every run without its asking.</summary>
public enum SystemAttribute
{
    WorkflowId,
    RunId,
    WorkflowType,
    TaskQueue,
    ExecutionStatus,
    StartTime,
    ExecutionTime,

    /// <summary>Null while the run is open.</summary>
    CloseTime,

    /// <summary>From execution time to close time, in nanoseconds; null while the run is open.</summary>
    ExecutionDuration,
    HistoryLength,
    HistorySizeBytes,
    StateTransitionCount,

    /// <summary>Null for a run without parent.</summary>
    ParentWorkflowId,

    /// <summary>Null for a run without parent.</summary>
    ParentRunId,
    RootWorkflowId,
    RootRunId,
}
