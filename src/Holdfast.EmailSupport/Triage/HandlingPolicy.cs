using Holdfast.AI.Approvals;
using Holdfast.EmailSupport.Prompts;

namespace Holdfast.EmailSupport.Triage;

/// <summary>
/// How mail is handled here. It is an argument of the workflow and not read by it, so that a mail is handled to the end by the
/// rules and prompts under which it began, and its history shows them.
/// </summary>
public sealed record HandlingPolicy
{
    public ApprovalMode Approval { get; init; } = ApprovalMode.WhenNeeded;

    /// <summary>Who may decide, by the name they decide under. Empty: anybody who can reach the workflow.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    /// <summary>The only categories that may be answered without a person, whatever the classification says.</summary>
    public IReadOnlyList<EmailCategory> AnswerAlone { get; init; } = [EmailCategory.Question, EmailCategory.Thanks];

    /// <summary>How sure the writer must be of a reply that goes out without a person, from 0 to 1.</summary>
    public double MinConfidence { get; init; } = 0.7;

    /// <summary>How many replies to one sender a person approves before one may go out without. 0: none.</summary>
    public int FirstReplies { get; init; }

    /// <summary>How many replies of a tenant, or of the whole desk, a person approves before one may go out without. 0: none.</summary>
    public int FirstRepliesOfTenant { get; init; }

    /// <summary>Whether a reply names, at its end, the titles of the knowledge that it is drawn from.</summary>
    public bool CiteInReply { get; init; }

    /// <summary>The name under replies.</summary>
    public string Signature { get; init; } = "The support team";

    /// <summary>How long a case stays open for the customer's answer or a bounce once it is answered. Null: it closes at once.</summary>
    public TimeSpan? FollowUp { get; init; }

    public ApprovalTimes Times { get; init; } = ApprovalTimes.Default;

    /// <summary>How mail is read and sorted.</summary>
    public Prompt ReaderPrompt { get; init; } = PromptLibrary.Own[PromptLibrary.Reader];

    /// <summary>How replies are written.</summary>
    public Prompt WriterPrompt { get; init; } = PromptLibrary.Own[PromptLibrary.Writer];

    internal bool CountsReplies => FirstReplies > 0 || FirstRepliesOfTenant > 0;
}
