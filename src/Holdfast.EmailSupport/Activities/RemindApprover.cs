using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Outbox;
using Holdfast.EmailSupport.Workflows;
using Temporalio.Activities;

namespace Holdfast.EmailSupport.Activities;

/// <summary>Reminds the people who approve: by mail where an address for it is configured, and always in the log.</summary>
internal sealed partial class RemindApprover(IMailTransport transport, MailIdentity identity, ReminderSettings settings, TimeProvider time, ILogger<RemindApprover> logger)
{
    [Activity("RemindApprover")]
    public async Task RunAsync(Reminder reminder)
    {
        LogReminder(logger, reminder.From.Address, reminder.Number, reminder.ExpiresAt);
        if (settings.MailTo is not { } approver)
            return;

        var activity = ActivityExecutionContext.Current;
        var id = OwnMessageId.For(activity.Info.WorkflowId!, $"reminder-{reminder.Number}", identity);
        var mail = ReminderComposer.Compose(reminder, approver, settings.InboxUrl, id, time.GetUtcNow(), identity);
        await transport.SendAsync(mail, activity.CancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A reply to {From} still waits for approval (reminder {Number}); it expires at {ExpiresAt:u}")]
    private static partial void LogReminder(ILogger logger, string from, int number, DateTimeOffset expiresAt);
}
