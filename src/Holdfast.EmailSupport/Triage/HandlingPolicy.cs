using Holdfast.AI.Approvals;

namespace Holdfast.EmailSupport.Triage;

/// <summary>
/// How mail is handled here. It is an argument of the workflow and not read by it, so that a mail is handled to the end by the
/// rules under which it began, and its history shows them.
/// </summary>
public sealed record HandlingPolicy
{
    public ApprovalMode Approval { get; init; } = ApprovalMode.WhenNeeded;

    /// <summary>The only categories that may be answered without a person, whatever the classification says.</summary>
    public IReadOnlyList<EmailCategory> AnswerAlone { get; init; } = [EmailCategory.Question, EmailCategory.Thanks];

    /// <summary>The name under replies.</summary>
    public string Signature { get; init; } = "The support team";

    /// <summary>How long a case stays open for the customer's answer or a bounce once it is answered. Null: it closes at once.</summary>
    public TimeSpan? FollowUp { get; init; }

    public ApprovalTimes Times { get; init; } = ApprovalTimes.Default;
}
