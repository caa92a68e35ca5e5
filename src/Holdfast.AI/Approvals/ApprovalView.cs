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

    /// <summary>
    /// The <see cref="ContentSeal"/> of the content as it stands and of what is bound to it. A decision that carries it is refused if the
    /// text has changed meanwhile, and when the request is approved it is what was approved.
    /// </summary>
    [JsonPropertyName("contentHash")]
    public string ContentHash { get; init; } = "";

    /// <summary>Who may decide: people and <c>group:NAME</c>. Empty: anybody.</summary>
    [JsonPropertyName("assignees")]
    public IReadOnlyList<string> Assignees { get; init; } = [];

    /// <summary>How many different people must approve the same text.</summary>
    [JsonPropertyName("quorum")]
    public int Quorum { get; init; } = 1;

    [JsonPropertyName("requestedBy")]
    public string? RequestedBy { get; init; }

    /// <summary>Whether <see cref="RequestedBy"/> may not decide.</summary>
    [JsonPropertyName("fourEyes")]
    public bool FourEyes { get; init; }

    /// <summary>Everything that anybody said, oldest first, with the edits.</summary>
    [JsonPropertyName("votes")]
    public IReadOnlyList<ApprovalVote> Votes { get; init; } = [];

    [JsonPropertyName("escalations")]
    public IReadOnlyList<ApprovalEscalation> Escalations { get; init; } = [];

    /// <summary>What happens at <see cref="ExpiresAt"/>.</summary>
    [JsonPropertyName("onExpiry")]
    public ExpiryOutcome OnExpiry { get; init; }

    /// <summary>Decisions by signal that were not taken, oldest first, the last twenty.</summary>
    [JsonPropertyName("refused")]
    public IReadOnlyList<RefusedDecision> Refused { get; init; } = [];
}
