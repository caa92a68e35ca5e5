namespace Holdfast.Dashboard.Approvals;

/// <summary>The newest request of a workflow as its memo tells it, so that a list needs no worker.</summary>
internal sealed record ApprovalMemo(
    string? Id, string? Subject, string? From, DateTimeOffset? RequestedAt, DateTimeOffset? ExpiresAt, IReadOnlyList<string>? Assignees = null, int Quorum = 1);
