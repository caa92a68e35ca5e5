using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>The newest request as the memo <see cref="ApprovalNames.Memo"/> carries it, so that a list of what waits needs no worker.</summary>
public sealed record ApprovalMemo(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("from")] string From,
    [property: JsonPropertyName("requestedAt")] DateTimeOffset RequestedAt,
    [property: JsonPropertyName("expiresAt")] DateTimeOffset ExpiresAt)
{
    /// <summary>Who may decide it by now; empty: anybody.</summary>
    [JsonPropertyName("assignees")]
    public IReadOnlyList<string> Assignees { get; init; } = [];

    /// <summary>How many must approve.</summary>
    [JsonPropertyName("quorum")]
    public int Quorum { get; init; } = 1;
}
