namespace Holdfast.Engine;

/// <summary>Names one workflow run for ever: its namespace's id (not its name), its workflow id and its run id.</summary>
public readonly record struct RunKey(string NamespaceId, string WorkflowId, string RunId)
{
    public override string ToString() => $"{WorkflowId}/{RunId}";
}
