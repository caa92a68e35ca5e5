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

    public bool IsPending => State == "pending";
}
