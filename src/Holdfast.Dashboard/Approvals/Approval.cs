namespace Holdfast.Dashboard.Approvals;

/// <summary>One request for approval, as the workflow tells it when asked.</summary>
/// <remarks>
/// Any SDK may have written it, so everything but the id may be missing or null. The setters see to that, because generated
/// deserialisation sets each init-only property, if need be to null, whatever its initializer says.
/// </remarks>
internal sealed record Approval
{
    public required string Id { get; init; }

    public string Subject { get; init => field = value ?? ""; } = "";

    /// <summary>The text as it stands: what was asked for, or what was approved.</summary>
    public string Content { get; init => field = value ?? ""; } = "";

    /// <summary>The text as it was asked for.</summary>
    public string? Original { get; init; }

    /// <summary>What the human reads beside the text.</summary>
    public IReadOnlyList<ApprovalFact> Context { get; init => field = value ?? []; } = [];

    public DateTimeOffset? RequestedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public IReadOnlyList<DateTimeOffset> RemindedAt { get; init => field = value ?? []; } = [];

    /// <summary><c>pending</c>, <c>approved</c>, <c>rejected</c> or <c>expired</c>.</summary>
    public string State { get; init => field = value ?? "pending"; } = "pending";

    public ApprovalDecision? Decision { get; init; }

    /// <summary>Names the text as it stands. A decision that carries it is refused if the text has changed.</summary>
    public string? ContentHash { get; init; }

    /// <summary>Who may decide: people and <c>group:NAME</c>. Empty: anybody.</summary>
    public IReadOnlyList<string> Assignees { get; init => field = value ?? []; } = [];

    /// <summary>How many must approve the same text.</summary>
    public int Quorum { get; init => field = Math.Max(1, value); } = 1;

    public string? RequestedBy { get; init; }

    /// <summary>Whether <see cref="RequestedBy"/> may not decide.</summary>
    public bool FourEyes { get; init; }

    public IReadOnlyList<ApprovalVote> Votes { get; init => field = value ?? []; } = [];

    public IReadOnlyList<ApprovalEscalation> Escalations { get; init => field = value ?? []; } = [];

    /// <summary>What happens at the expiry: <c>expire</c>, <c>approve</c> or <c>reject</c>.</summary>
    public string OnExpiry { get; init => field = value ?? "expire"; } = "expire";

    /// <summary>Decisions by signal that were not taken.</summary>
    public IReadOnlyList<RefusedDecision> Refused { get; init => field = value ?? []; } = [];

    public bool IsPending => State == "pending";

    /// <summary>How many have approved the text as it stands.</summary>
    public int Approvals => Votes.Count(vote => vote.Counts);
}
