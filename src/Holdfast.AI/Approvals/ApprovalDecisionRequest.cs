using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>
/// The argument of the update <see cref="ApprovalNames.DecideUpdate"/>. Nothing is required by its type, so that a missing
/// field is refused with a sentence and not with a parser's error.
/// </summary>
public sealed record ApprovalDecisionRequest
{
    [JsonPropertyName("approvalId")]
    public string? ApprovalId { get; init; }

    /// <summary><c>approve</c> or <c>reject</c>.</summary>
    [JsonPropertyName("verdict")]
    public string? Verdict { get; init; }

    /// <summary>The edited content. Absent: the content as it was asked for. Ignored by a rejection.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; init; }

    /// <summary>Who decides. Required.</summary>
    [JsonPropertyName("by")]
    public string? By { get; init; }

    [JsonPropertyName("comment")]
    public string? Comment { get; init; }
}
