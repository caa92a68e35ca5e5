namespace Holdfast.Dashboard.Approvals;

/// <summary>The argument of the deciding update.</summary>
/// <param name="ApprovalId">Which request of the workflow.</param>
/// <param name="Verdict"><c>approve</c> or <c>reject</c>.</param>
/// <param name="Content">The edited text; null approves the text as it was asked for.</param>
/// <param name="By">Who decides.</param>
/// <param name="Comment">Why; may be null.</param>
/// <param name="ContentHash">Names the text that was read, as the request told it; null if it told none.</param>
/// <param name="Groups">The groups that this person is in.</param>
internal sealed record DecideRequest(
    string ApprovalId, string Verdict, string? Content, string By, string? Comment, string? ContentHash = null, IReadOnlyList<string>? Groups = null);
