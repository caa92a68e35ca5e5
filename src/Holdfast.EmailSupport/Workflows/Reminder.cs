using Holdfast.EmailSupport.Mail;

namespace Holdfast.EmailSupport.Workflows;

/// <summary>A reminder that a reply waits for approval.</summary>
/// <param name="Number">Counts the reminders of this approval, from 1.</param>
/// <param name="ApprovalId">Which of the workflow's requests. Null in what earlier versions wrote.</param>
/// <param name="ContentHash">Names the text that waits.</param>
public sealed record Reminder(
    MailAddress From, string Subject, int Number, DateTimeOffset ExpiresAt, string? ApprovalId = null, string? ContentHash = null);
