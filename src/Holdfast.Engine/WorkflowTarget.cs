namespace Holdfast.Engine;

/// <summary>
/// Whom a request is for: a run named by its id, or, with an empty <paramref name="RunId"/>, the workflow id's current run
/// (the newest one, open or closed).
/// </summary>
public readonly record struct WorkflowTarget(string NamespaceId, string WorkflowId, string RunId = "")
{
    public static WorkflowTarget Of(RunKey run) => new(run.NamespaceId, run.WorkflowId, run.RunId);
}
