namespace Holdfast.AI.Approvals;

/// <summary>
/// The names by which any SDK and any dashboard find and decide approvals. They are a public contract: workflows that wait
/// for days carry them in their history.
/// </summary>
public static class ApprovalNames
{
    /// <summary>Query without arguments; answers an array of <see cref="ApprovalView"/>.</summary>
    public const string ListQuery = "holdfast_approvals";

    /// <summary>Update with one <see cref="ApprovalDecisionRequest"/>; answers the decided <see cref="ApprovalView"/>.</summary>
    public const string DecideUpdate = "holdfast_decide_approval";

    /// <summary>
    /// Signal with one <see cref="ApprovalDecisionRequest"/>, for clients that cannot send updates. It gets no answer: what came of it is in
    /// the query, a decision that was not taken under <c>refused</c>.
    /// </summary>
    public const string DecideSignal = DecideUpdate;

    /// <summary>Type of the ready-made workflow that asks and returns what came of it. Argument: <see cref="ApprovalOrder"/>.</summary>
    public const string Workflow = "HoldfastApproval";

    /// <summary>Begins the name of a group among assignees: <c>group:finance</c>.</summary>
    public const string GroupPrefix = "group:";

    /// <summary>Keyword search attribute: <see cref="Pending"/> while anything waits, then <see cref="Decided"/>.</summary>
    public const string SearchAttribute = "HoldfastApproval";

    /// <summary>Memo with the newest request (<see cref="ApprovalMemo"/>).</summary>
    public const string Memo = "holdfast_approval";

    public const string Pending = "pending";
    public const string Decided = "decided";

    public const string Approve = "approve";
    public const string Reject = "reject";
}
