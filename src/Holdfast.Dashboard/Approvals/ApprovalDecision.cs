namespace Holdfast.Dashboard.Approvals;

/// <summary>A decision as the workflow recorded it. <paramref name="ByPolicy"/>: nobody decided in time.</summary>
internal sealed record ApprovalDecision(string? Verdict, string? By, DateTimeOffset? At, string? Comment, bool Edited, bool ByPolicy = false);
