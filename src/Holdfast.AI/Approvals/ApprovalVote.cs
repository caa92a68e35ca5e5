using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>What one person said to a request.</summary>
public sealed record ApprovalVote
{
    /// <summary><c>approve</c> or <c>reject</c>.</summary>
    [JsonPropertyName("verdict")]
    public required string Verdict { get; init; }

    [JsonPropertyName("by")]
    public required string By { get; init; }

    [JsonPropertyName("at")]
    public required DateTimeOffset At { get; init; }

    [JsonPropertyName("comment")]
    public string? Comment { get; init; }

    /// <summary>The <see cref="ContentSeal"/> of the text that this vote is about, after its edit.</summary>
    [JsonPropertyName("contentHash")]
    public required string ContentHash { get; init; }

    /// <summary>The text as this person changed it. Null: they left it as it was.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; init; }

    /// <summary>Whether somebody changed the text afterwards, so that this approval does not count any more.</summary>
    [JsonPropertyName("superseded")]
    public bool Superseded { get; init; }

    [JsonIgnore]
    internal bool Counts => Verdict is ApprovalNames.Approve && !Superseded;
}
