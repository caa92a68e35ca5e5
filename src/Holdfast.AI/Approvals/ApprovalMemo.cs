using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>The newest request as the memo <see cref="ApprovalNames.Memo"/> carries it, so that a list of what waits needs no worker.</summary>
public sealed record ApprovalMemo(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("from")] string From,
    [property: JsonPropertyName("requestedAt")] DateTimeOffset RequestedAt,
    [property: JsonPropertyName("expiresAt")] DateTimeOffset ExpiresAt);
