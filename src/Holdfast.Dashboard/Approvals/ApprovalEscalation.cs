namespace Holdfast.Dashboard.Approvals;

/// <summary>A step of the escalation chain; <paramref name="At"/> is null until it happened.</summary>
internal sealed record ApprovalEscalation(DateTimeOffset? DueAt, IReadOnlyList<string>? AssignTo, DateTimeOffset? At);
