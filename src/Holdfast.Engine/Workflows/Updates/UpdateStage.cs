namespace Holdfast.Engine.Workflows.Updates;

/// <summary>The life of an update, in order; rejected and aborted ones end outside of it.</summary>
public enum UpdateStage
{
    /// <summary>Taken by the server, waits for a workflow task.</summary>
    Admitted,

    /// <summary>Handed to a worker with the running workflow task.</summary>
    Sent,

    Accepted,

    Completed,

    Rejected,
}
