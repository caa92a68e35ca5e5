namespace Holdfast.Dashboard.Approvals;

/// <summary>What became of a decision that was sent.</summary>
internal abstract record DecisionResult
{
    private DecisionResult()
    {
    }

    /// <summary>The workflow recorded it.</summary>
    public sealed record Recorded : DecisionResult;

    /// <summary>The workflow refused it: somebody was faster, or it expired. Nothing changed.</summary>
    public sealed record Refused(string Reason) : DecisionResult;

    /// <summary>No worker took it in time. It may still be taken later.</summary>
    public sealed record Unconfirmed : DecisionResult;
}
