using System.Globalization;
using Holdfast.AI.Approvals;
using Holdfast.EmailSupport.Knowledge;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Reading;
using Holdfast.EmailSupport.Triage;

namespace Holdfast.EmailSupport.Workflows;

/// <summary>What the person who approves a reply gets to read beside it.</summary>
internal static class ApprovalPage
{
    public static ApprovalRequest For(EmailMessage email, Classification classification, Draft draft, IReadOnlyList<Passage> passages, IReadOnlyList<string> reasons, IReadOnlyList<string> approvers, string? predecessor)
    {
        var subject = Threading.ReplySubject(email.Subject);
        var facts = new List<ApprovalFact>
        {
            new("From", email.From.ToString()),
            new("Subject", email.Subject),
            new("E-mail", email.Text),
        };
        if (email.QuotedText.Length > 0)
            facts.Add(new("Earlier conversation", email.QuotedText));
        if (email.Attachments.Count > 0)
            facts.Add(new("Attachments", string.Join('\n', email.Attachments.Select(Describe))));
        if (predecessor is not null)
            facts.Add(new("Continues the case", predecessor));
        facts.Add(new("Why you are asked", string.Join('\n', reasons)));
        facts.Add(new("Category", $"{CategoryWord.Of(classification.Category)} (language: {classification.Language})"));
        if (classification.Summary.Length > 0)
            facts.Add(new("Summary", classification.Summary));
        if (passages.Count > 0)
            facts.Add(new("Sources", Sources(draft, passages)));
        facts.Add(new("Reply goes to", email.ReplyTo.ToString()));
        facts.Add(new("Draft written by", draft.Notice is null ? draft.Model : $"{draft.Model}. {draft.Notice}"));
        if (draft.Body.Length > 0)
            facts.Add(new("The writer is sure of it", draft.Confidence.ToString("P0", CultureInfo.InvariantCulture)));
        facts.Add(new("Stored mail", email.File));

        return new()
        {
            Subject = email.Subject.Length > 0 ? email.Subject : "(no subject)",
            From = email.From.ToString(),
            Content = draft.Body,
            Context = facts,
            Bound = [email.ReplyTo.Address, subject],
            Assignees = approvers,
        };
    }

    private static string Sources(Draft draft, IReadOnlyList<Passage> passages)
    {
        var used = passages.Where(passage => draft.Citations.Any(citation => citation.Id == passage.Id)).ToList();
        return used.Count > 0
            ? string.Join("\n\n", used.Select(passage => $"{passage.Title} ({passage.Id})\n{passage.Text}"))
            : "The draft is drawn from none of our knowledge.";
    }

    private static string Describe(MailAttachment file)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{file.Name} ({file.MediaType}, {file.SizeBytes:N0} bytes)");
        if (file.Warning is not null)
            line += $". Careful: {file.Warning}";
        return file.Sha256 is null ? line : $"{line}\n    kept as attachments/{file.Sha256}";
    }
}
