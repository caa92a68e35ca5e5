using System.Globalization;
using Holdfast.EmailSupport.Mail;

namespace Holdfast.EmailSupport.Triage;

/// <summary>
/// Decides whether a person must approve a reply. The model is asked, but it read a stranger's words: these rules can only add
/// reasons, and no answer of the model removes one.
/// </summary>
internal static class ApprovalRules
{
    /// <summary>What each rule says, those that ask for a person first and the most telling of them at the top. None that asks: the reply may go out at once.</summary>
    /// <param name="soFar">The replies so far, where the policy asks for them; null when they could not be counted.</param>
    public static IReadOnlyList<Decision> Decide(
        EmailMessage email, Classification classification, Draft draft, HandlingPolicy policy, RepliesSoFar? soFar)
    {
        List<Decision> decisions =
        [
            classification.InjectionSuspected
                ? Asks("injection", "The mail seems to give orders to a machine.")
                : Allows("injection", "The mail gives no orders to a machine, as far as the reader can tell."),
            classification.NeedsApproval
                ? Asks("reader", classification.Reason.Length > 0 ? classification.Reason : "The reader asks for a person.")
                : Allows("reader", "The reader sees no need for a person."),
            OfCategory(classification.Category, policy),
            email.AnswersOurs
                ? Asks("conversation", "It continues a conversation: a machine answers at most the first mail of one.")
                : Allows("conversation", "It begins a conversation."),
            email.Attachments.Count > 0
                ? Asks("attachments", "It has attachments, which the writer of the draft has not seen.")
                : Allows("attachments", "It has no attachments."),
            .. email.Notes.Select(note => Asks("mail", note)),
            .. draft.Warnings.Select(warning => Asks("content", warning)),
            .. draft.Warnings.Count == 0 ? (Decision[])[Allows("content", "The draft holds no link, address, key, placeholder or money.")] : [],
            OfConfidence(draft, policy),
            .. OfReplies(policy, soFar),
        ];
        if (policy.Approval is ApprovalMode.Always && !decisions.Exists(decision => decision.AsksPerson))
            decisions.Add(Asks("desk", "Every reply needs approval here."));
        return [.. decisions.OrderByDescending(decision => decision.AsksPerson)];
    }

    /// <summary>The reasons for asking a person. None: the reply may go out at once.</summary>
    public static IReadOnlyList<string> Reasons(IEnumerable<Decision> decisions) =>
        [.. decisions.Where(decision => decision.AsksPerson).Select(decision => decision.Reason)];

    private static Decision OfCategory(EmailCategory category, HandlingPolicy policy) => policy.AnswerAlone.Contains(category)
        ? Allows("category", $"Mail of the kind \"{CategoryWord.Of(category)}\" may be answered without a person.")
        : Asks("category", $"Mail of the kind \"{CategoryWord.Of(category)}\" is never answered without a person.");

    private static Decision OfConfidence(Draft draft, HandlingPolicy policy)
    {
        var words = string.Create(CultureInfo.InvariantCulture, $"The writer is {draft.Confidence:P0} sure of the reply; {policy.MinConfidence:P0} is enough here.");
        // Where nothing was written there is nothing to be sure of, and the reason is told already.
        return draft.Confidence < policy.MinConfidence && draft.Body.Length > 0 ? Asks("confidence", words) : Allows("confidence", words);
    }

    private static IEnumerable<Decision> OfReplies(HandlingPolicy policy, RepliesSoFar? soFar)
    {
        if (!policy.CountsReplies)
            return [];
        if (soFar is null)
            return [Asks("first replies", "How many replies went out before could not be counted.")];

        return
        [
            .. Of("sender", "to this sender", soFar.ToSender, policy.FirstReplies),
            .. Of("desk", "here", soFar.OfTenant, policy.FirstRepliesOfTenant),
        ];

        static Decision[] Of(string whose, string where, long count, int first) => first == 0 ? []
            : count < first ? [Asks($"first replies of a {whose}", string.Create(CultureInfo.InvariantCulture, $"The first {first} replies {where} need approval; {count} went out so far."))]
            : [Allows($"first replies of a {whose}", string.Create(CultureInfo.InvariantCulture, $"{count} replies went out {where} before; the first {first} need approval."))];
    }

    private static Decision Asks(string rule, string reason) => new(rule, AsksPerson: true, reason);

    private static Decision Allows(string rule, string reason) => new(rule, AsksPerson: false, reason);
}
