using Holdfast.Dashboard.Text;

namespace Holdfast.Dashboard.Approvals;

/// <summary>What the HTTP API answers.</summary>
internal static class ApprovalAnswers
{
    /// <summary>All that waits, the longest waiting first.</summary>
    public sealed record Inbox(IReadOnlyList<ListedApproval> Approvals);

    /// <summary>One request. <paramref name="Diff"/> is what was changed since it was asked for; empty: nothing.</summary>
    public sealed record Whole(string Namespace, string WorkflowId, string RunId, Approval Approval, IReadOnlyList<Line> Diff)
    {
        public static Whole Of(string ns, string workflowId, string runId, Approval approval) => new(
            ns,
            workflowId,
            runId,
            approval,
            approval.Original is { } original && !TextDiff.AreSame(original, approval.Content)
                ? [.. TextDiff.Compare(original, approval.Content).Select(Line.Of)]
                : []);
    }

    /// <summary>A line of a comparison: <c>same</c>, <c>removed</c>, <c>added</c>, or <c>gap</c>, which says how many same lines are left out.</summary>
    public sealed record Line(string Kind, string Text)
    {
        public static Line Of(DiffLine line) => new(
            line.Kind switch
            {
                DiffKind.Removed => "removed",
                DiffKind.Added => "added",
                DiffKind.Gap => "gap",
                _ => "same",
            },
            line.Text);
    }

    /// <summary>What a caller sends to decide.</summary>
    /// <param name="DecisionId">Names this decision, so that sent again it counts once; without one each is a new one.</param>
    public sealed record Decision(string? Verdict, string? By, string? Content, string? Comment, string? ContentHash, string? DecisionId);

    /// <summary>Why something was not done.</summary>
    public sealed record Refusal(string Error, string Message);
}
