using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Storage;

/// <summary>What lists and counts know of a run.</summary>
public sealed record VisibilityRow
{
    public required string WorkflowType { get; init; }

    public required string TaskQueue { get; init; }

    public required WorkflowExecutionStatus Status { get; init; }

    public required DateTime StartTime { get; init; }

    public required DateTime ExecutionTime { get; init; }

    public DateTime? CloseTime { get; init; }

    public long HistoryLength { get; init; }

    public long HistorySizeBytes { get; init; }

    public long StateTransitionCount { get; init; }

    public string ParentWorkflowId { get; init; } = "";

    public string ParentRunId { get; init; } = "";

    public string RootWorkflowId { get; init; } = "";

    public string RootRunId { get; init; } = "";

    /// <summary>Custom and predefined search attributes, each payload with its <c>type</c> metadata.</summary>
    public required SearchAttributes SearchAttributes { get; init; }

    public required Memo Memo { get; init; }
}
