namespace Holdfast.Dashboard.Approvals;

/// <summary>A decision by signal that was not taken.</summary>
internal sealed record RefusedDecision(string? By, DateTimeOffset? At, string? Reason);
