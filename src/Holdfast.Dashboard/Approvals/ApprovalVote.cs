namespace Holdfast.Dashboard.Approvals;

/// <summary>What one person said. <paramref name="Content"/> is the text as they changed it, if they did.</summary>
internal sealed record ApprovalVote(string? Verdict, string? By, DateTimeOffset? At, string? Comment, string? ContentHash, string? Content, bool Superseded)
{
    public bool Counts => Verdict == "approve" && !Superseded;
}
