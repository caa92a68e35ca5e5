using Holdfast.EmailSupport.Mail;

namespace Holdfast.EmailSupport.Activities;

/// <summary>Whom to remind of waiting approvals.</summary>
/// <param name="MailTo">Who gets a mail; null: nobody does, and reminders only show in the log and on the dashboard.</param>
/// <param name="InboxUrl">Where approvals are decided. The mail names it where there are no links of the approver's own.</param>
internal sealed record ReminderSettings(MailAddress? MailTo, string InboxUrl);
