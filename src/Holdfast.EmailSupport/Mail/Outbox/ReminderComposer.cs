using System.Globalization;
using Holdfast.AI.Text;
using Holdfast.EmailSupport.Workflows;
using MimeKit;

namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>Makes the mail that reminds of a waiting approval.</summary>
internal static class ReminderComposer
{
    private const int MaxSubjectLength = 200;

    public static OutgoingMail Compose(
        Reminder reminder, MailAddress approver, string inboxUrl, string messageId, DateTimeOffset date, MailIdentity identity)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"""
            A reply to {reminder.From.Address} waits for your approval.

            Subject: {PlainText.CleanLine(reminder.Subject, MaxSubjectLength)}
            If nobody decides before {reminder.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, nothing is sent.

            Decide here: {inboxUrl}
            """);
        using var message = new MimeMessage
        {
            MessageId = messageId,
            Date = date,
            Subject = $"Waits for approval: {PlainText.CleanLine(reminder.Subject, MaxSubjectLength)}",
            Body = ReplyComposer.Text(text),
        };
        message.From.Add(ReplyComposer.Mailbox(identity.Address));
        message.To.Add(ReplyComposer.Mailbox(approver));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        return new(messageId, identity.Address, approver, ReplyComposer.Bytes(message));
    }
}
