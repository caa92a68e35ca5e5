using Holdfast.Engine;

namespace Holdfast.Runtime.Shards;

/// <summary>Names a workflow id within its namespace.</summary>
internal readonly record struct WorkflowKey(string NamespaceId, string WorkflowId)
{
    public static WorkflowKey Of(in WorkflowTarget target) => new(target.NamespaceId, target.WorkflowId);

    public static WorkflowKey Of(in RunKey run) => new(run.NamespaceId, run.WorkflowId);
}
