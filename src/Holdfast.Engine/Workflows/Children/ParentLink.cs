namespace Holdfast.Engine.Workflows.Children;

/// <summary>Names a child for ever: the parent's run and its initiated event. All runs of the child's chain carry it.</summary>
internal readonly record struct ParentLink(RunKey Parent, long InitiatedEventId)
{
    /// <summary>Request id of the child's start: a repetition of the message is the same start.</summary>
    public string RequestId => $"{Parent.RunId}:{InitiatedEventId}";

    public bool IsParentOf(MutableState run) =>
        run.Started.ParentInitiatedEventId == InitiatedEventId
        && run.Started.ParentWorkflowExecution is { } parent
        && parent.RunId == Parent.RunId
        && parent.WorkflowId == Parent.WorkflowId;

    /// <summary>The link of a run that has a parent.</summary>
    public static ParentLink Of(MutableState child)
    {
        var parent = child.Started.ParentWorkflowExecution;
        return new ParentLink(new RunKey(child.Key.NamespaceId, parent.WorkflowId, parent.RunId), child.Started.ParentInitiatedEventId);
    }
}
