namespace Holdfast.Dashboard.Approvals;

/// <summary>
/// The names by which a workflow of any SDK asks a human for approval: a search attribute to find it by, a memo for lists,
/// a query for the details and an update for the decision.
/// </summary>
internal static class ApprovalConvention
{
    public const string Query = "holdfast_approvals";
    public const string DecideUpdate = "holdfast_decide_approval";
    public const string MemoKey = "holdfast_approval";

    /// <summary>Finds the workflows in which at least one approval waits.</summary>
    public const string PendingQuery = """HoldfastApproval = "pending" AND ExecutionStatus = "Running" """;

    // The types of the errors with which a decision is refused.
    public const string Unknown = "ApprovalUnknown";
    public const string NotAllowed = "ApprovalNotAllowed";
    public const string ContentChanged = "ApprovalContentChanged";
    public const string InvalidDecision = "ApprovalInvalidDecision";
    public const string AlreadyDecided = "ApprovalAlreadyDecided";
}
