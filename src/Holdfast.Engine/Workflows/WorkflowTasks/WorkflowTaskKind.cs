namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>What the history shows of a pending workflow task.</summary>
public enum WorkflowTaskKind
{
    /// <summary>Its scheduled event is in the history.</summary>
    Normal,

    /// <summary>A second or later attempt: no event until it completes; workers are shown events made up for them.</summary>
    Transient,

    /// <summary>Only there to deliver updates: no event unless something comes of it.</summary>
    Speculative,
}
