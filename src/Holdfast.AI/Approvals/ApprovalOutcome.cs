namespace Holdfast.AI.Approvals;

/// <summary>What came of a request for approval.</summary>
/// <param name="Approval">The request in its final state.</param>
/// <param name="Seal">
/// The <see cref="ContentSeal"/> of what was approved: of the content as it stands and of <see cref="ApprovalRequest.Bound"/>. Null
/// unless approved. The activity that acts takes it along and refuses whatever does not match.
/// </param>
public sealed record ApprovalOutcome(ApprovalView Approval, string? Seal)
{
    public bool Approved => Approval.State is ApprovalState.Approved;
}
