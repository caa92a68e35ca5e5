namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>Whether a workflow task's token still names the task that runs.</summary>
internal static class RunningTask
{
    /// <summary>Null when it does, else the refusal that tells workers to forget the task.</summary>
    public static Refusal? Find(MutableState? run, TaskToken token)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(token.Target);
        if (run.IsClosed)
            return Refusal.WorkflowCompleted;
        return run.WorkflowTask is { IsStarted: true } task && StartWorkflowTask.Token(run, task) == token
            ? null
            : Refusal.NotFound("Workflow task not found.");
    }
}
