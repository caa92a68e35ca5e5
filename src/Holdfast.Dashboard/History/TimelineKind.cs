namespace Holdfast.Dashboard.History;

/// <summary>What a row of the timeline is about.</summary>
public enum TimelineKind
{
    /// <summary>The workflow itself: started, asked to cancel, closed.</summary>
    Workflow,

    /// <summary>A worker's turn.</summary>
    WorkflowTask,
    Activity,
    Timer,
    Signal,
    Update,
    ChildWorkflow,

    /// <summary>A signal or a cancel request to another workflow.</summary>
    External,
    NexusOperation,
    Marker,

    /// <summary>Search attributes, memo or options changed.</summary>
    Properties,
}
