using Holdfast.EmailSupport.Mail;

namespace Holdfast.EmailSupport.Triage;

/// <summary>What a model gets to see of an e-mail.</summary>
internal sealed record PromptMail(
    string From, string FromName, string Subject, string Text, string Quoted, IReadOnlyList<MailAttachment> Attachments, IReadOnlyList<string> Notes)
{
    public static PromptMail Of(EmailMessage email) =>
        new(email.From.Address, email.From.Name, email.Subject, email.Text, email.QuotedText, [.. email.Attachments.Select(file => file with { Sha256 = null })], email.Notes);
}
