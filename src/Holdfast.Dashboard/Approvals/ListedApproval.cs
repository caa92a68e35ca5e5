namespace Holdfast.Dashboard.Approvals;

/// <summary>A waiting approval in the list of the HTTP API.</summary>
/// <param name="Url">Where the whole request is; null if the workflow's memo does not tell its id.</param>
internal sealed record ListedApproval(
    string Namespace,
    string WorkflowId,
    string RunId,
    string? ApprovalId,
    string Subject,
    string From,
    DateTimeOffset RequestedAt,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<string> Assignees,
    int Quorum,
    string? Url);
