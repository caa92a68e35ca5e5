using Holdfast.EmailSupport.Mail;

namespace Holdfast.EmailSupport.Triage;

/// <summary>
/// Decides whether a person must approve a reply. The model is asked, but it read a stranger's words: these rules can only add
/// reasons, and no answer of the model removes one.
/// </summary>
internal static class ApprovalRules
{
    /// <summary>The reasons for asking a person, most telling first. None: the reply may go out at once.</summary>
    public static IReadOnlyList<string> Reasons(EmailMessage email, Classification classification, Draft draft, HandlingPolicy policy)
    {
        var reasons = new List<string>();
        if (classification.InjectionSuspected)
            reasons.Add("The mail seems to give orders to a machine.");
        if (classification.NeedsApproval)
            reasons.Add(classification.Reason.Length > 0 ? classification.Reason : "The reader asks for a person.");
        if (!policy.AnswerAlone.Contains(classification.Category))
            reasons.Add($"Mail of the kind \"{CategoryWord.Of(classification.Category)}\" is never answered without a person.");
        if (email.AnswersOurs)
            reasons.Add("It continues a conversation: a machine answers at most the first mail of one.");
        if (email.Attachments.Count > 0)
            reasons.Add("It has attachments, which the writer of the draft has not seen.");
        reasons.AddRange(email.Notes);
        reasons.AddRange(draft.Warnings);
        if (reasons.Count == 0 && policy.Approval is ApprovalMode.Always)
            reasons.Add("Every reply needs approval here.");
        return reasons;
    }
}
