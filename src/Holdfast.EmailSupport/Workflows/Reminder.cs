using Holdfast.EmailSupport.Mail;

namespace Holdfast.EmailSupport.Workflows;

/// <summary>A reminder that a reply waits for approval.</summary>
/// <param name="Number">Counts the reminders of this approval, from 1.</param>
public sealed record Reminder(MailAddress From, string Subject, int Number, DateTimeOffset ExpiresAt);
