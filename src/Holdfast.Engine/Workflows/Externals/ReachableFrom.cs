namespace Holdfast.Engine.Workflows.Externals;

/// <summary>Which workflows another workflow may signal or cancel.</summary>
internal static class ReachableFrom
{
    /// <summary>
    /// Not itself, under any run id: a workflow that waits for its own signal's outcome would wait for itself. With
    /// <paramref name="childrenOnly"/> only what this very run of the sender started.
    /// </summary>
    public static bool IsReachable(MutableState target, RunKey sender, bool childrenOnly)
    {
        if (target.Key.WorkflowId == sender.WorkflowId)
            return false;
        return !childrenOnly
            || (target.Started.ParentWorkflowExecution is { } parent && parent.WorkflowId == sender.WorkflowId && parent.RunId == sender.RunId);
    }
}
