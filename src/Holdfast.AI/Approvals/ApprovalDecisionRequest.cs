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

    /// <summary>
    /// The groups that this person is in, without <c>group:</c>, by the front end's knowledge. The workflow takes its word for
    /// them as for <see cref="By"/>: whoever may send updates to a workflow is trusted to name the human truly.
    /// </summary>
    [JsonPropertyName("groups")]
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>
    /// The <see cref="ApprovalView.ContentHash"/> of what the human read. The decision is refused if the text is another by now. May be
    /// absent where one approval suffices.
    /// </summary>
    [JsonPropertyName("contentHash")]
    public string? ContentHash { get; init; }

    [JsonPropertyName("comment")]
    public string? Comment { get; init; }
}
