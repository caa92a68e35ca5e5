namespace Holdfast.Dashboard.Approvals;

/// <summary>The argument of the deciding update.</summary>
/// <param name="ApprovalId">Which request of the workflow.</param>
/// <param name="Verdict"><c>approve</c> or <c>reject</c>.</param>
/// <param name="Content">The edited text; null approves the text as it was asked for.</param>
/// <param name="By">Who decides.</param>
/// <param name="Comment">Why; may be null.</param>
internal sealed record DecideRequest(string ApprovalId, string Verdict, string? Content, string By, string? Comment);
