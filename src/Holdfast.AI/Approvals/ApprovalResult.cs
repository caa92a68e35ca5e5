using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>The result of the workflow <see cref="ApprovalNames.Workflow"/>.</summary>
public sealed record ApprovalResult
{
    [JsonPropertyName("approved")]
    public required bool Approved { get; init; }

    /// <summary>The text that was approved; null unless approved, so that nothing is done with another by mistake.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; init; }

    /// <summary>The <see cref="ContentSeal"/> of what was approved; null unless approved.</summary>
    [JsonPropertyName("seal")]
    public string? Seal { get; init; }

    /// <summary>The request in its final state.</summary>
    [JsonPropertyName("approval")]
    public required ApprovalView Approval { get; init; }
}
