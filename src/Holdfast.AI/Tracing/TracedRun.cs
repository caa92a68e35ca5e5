using Holdfast.AI.Tracing.Spans;

namespace Holdfast.AI.Tracing;

/// <summary>The workflow run that a trace is of.</summary>
public sealed record TracedRun
{
    public required string Namespace { get; init; }

    public required string WorkflowId { get; init; }

    public required string RunId { get; init; }

    public required string WorkflowType { get; init; }

    /// <summary>Whose run it is.</summary>
    public required string Tenant { get; init; }

    internal string TraceId => TraceIds.TraceOf(Namespace, WorkflowId, RunId);

    internal string RootId => TraceIds.RootOf(Namespace, WorkflowId, RunId);
}
