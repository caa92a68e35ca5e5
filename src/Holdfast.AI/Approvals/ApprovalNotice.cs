using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>Something to tell humans about a request: it is new, it still waits, it goes to others, its text was changed.</summary>
public sealed record ApprovalNotice
{
    [JsonPropertyName("namespace")]
    public required string Namespace { get; init; }

    [JsonPropertyName("workflowId")]
    public required string WorkflowId { get; init; }

    [JsonPropertyName("runId")]
    public required string RunId { get; init; }

    /// <summary>Counts what was told about this request, from 1. A repetition after a crash has the same number.</summary>
    [JsonPropertyName("number")]
    public required int Number { get; init; }

    [JsonPropertyName("approval")]
    public required ApprovalView Approval { get; init; }
}
