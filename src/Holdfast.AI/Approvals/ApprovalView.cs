using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>One request for approval as the query <see cref="ApprovalNames.ListQuery"/> shows it.</summary>
public sealed record ApprovalView
{
    /// <summary>Unique within the workflow.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("subject")]
    public required string Subject { get; init; }

    /// <summary>The plain text as it stands: what was asked for, or what was approved.</summary>
    [JsonPropertyName("content")]
    public required string Content { get; init; }

    /// <summary>The plain text as it was asked for, whatever a human made of it.</summary>
    [JsonPropertyName("original")]
    public required string Original { get; init; }

    [JsonPropertyName("context")]
    public IReadOnlyList<ApprovalFact> Context { get; init; } = [];

    [JsonPropertyName("requestedAt")]
    public required DateTimeOffset RequestedAt { get; init; }

    [JsonPropertyName("expiresAt")]
    public required DateTimeOffset ExpiresAt { get; init; }

    [JsonPropertyName("remindedAt")]
    public IReadOnlyList<DateTimeOffset> RemindedAt { get; init; } = [];

    [JsonPropertyName("state")]
    public required ApprovalState State { get; init; }

    /// <summary>Null while it waits and when it expired.</summary>
    [JsonPropertyName("decision")]
    public ApprovalDecision? Decision { get; init; }
}
