namespace Holdfast.Dashboard.Approvals;

/// <summary>A decision as the workflow recorded it.</summary>
internal sealed record ApprovalDecision(string? Verdict, string? By, DateTimeOffset? At, string? Comment, bool Edited);
