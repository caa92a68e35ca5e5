using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>The decision that was taken, as recorded.</summary>
public sealed record ApprovalDecision
{
    /// <summary><c>approve</c> or <c>reject</c>.</summary>
    [JsonPropertyName("verdict")]
    public required string Verdict { get; init; }

    /// <summary>Who decided, as they named themselves. Of several who approved, the last; <see cref="ApprovalView.Votes"/> names all.</summary>
    [JsonPropertyName("by")]
    public required string By { get; init; }

    [JsonPropertyName("at")]
    public required DateTimeOffset At { get; init; }

    [JsonPropertyName("comment")]
    public string? Comment { get; init; }

    /// <summary>Whether the approved content differs from what was asked for.</summary>
    [JsonPropertyName("edited")]
    public required bool Edited { get; init; }

    /// <summary>Whether nobody decided and <see cref="ApprovalTimes.OnExpiry"/> did.</summary>
    [JsonPropertyName("byPolicy")]
    public bool ByPolicy { get; init; }
}
