namespace Holdfast.Dashboard.Approvals;

/// <summary>What became of a decision that was sent.</summary>
internal abstract record DecisionResult
{
    private DecisionResult()
    {
    }

    /// <summary>The workflow recorded it.</summary>
    /// <param name="Approval">The request as it stands then: where several must approve it may still wait. Null: the workflow did not say.</param>
    public sealed record Recorded(Approval? Approval) : DecisionResult;

    /// <summary>The workflow refused it: somebody was faster, it expired, somebody else must decide. Nothing changed.</summary>
    /// <param name="Reason">A sentence.</param>
    /// <param name="Type">The error's type; empty if it has none.</param>
    public sealed record Refused(string Reason, string Type) : DecisionResult;

    /// <summary>No worker took it in time. It may still be taken later.</summary>
    public sealed record Unconfirmed : DecisionResult;
}
