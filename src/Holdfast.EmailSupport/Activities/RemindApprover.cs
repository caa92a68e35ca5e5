using Holdfast.AI.Approvals.Links;
using Holdfast.EmailSupport.Hosting;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Outbox;
using Holdfast.EmailSupport.Workflows;
using Temporalio.Activities;

namespace Holdfast.EmailSupport.Activities;

/// <summary>Reminds the people who approve: by mail where an address for it is configured, and always in the log.</summary>
internal sealed partial class RemindApprover(TenantDesks desks, TimeProvider time, ILogger<RemindApprover> logger, ApprovalLinks? links = null)
{
    [Activity("RemindApprover")]
    public async Task RunAsync(Reminder reminder)
    {
        LogReminder(logger, reminder.From.Address, reminder.Number, reminder.ExpiresAt);
        var activity = ActivityExecutionContext.Current;
        var desk = await desks.CurrentAsync(activity.CancellationToken);
        if (desk.Reminders.MailTo is not { } approver)
            return;

        var id = OwnMessageId.For(activity.Info.WorkflowId!, $"reminder-{reminder.Number}", desk.Identity);
        var mail = ReminderComposer.Compose(reminder, approver, LinkFor(reminder, approver, activity.Info) ?? desk.Reminders.InboxUrl, id, time.GetUtcNow(), desk.Identity);
        await desk.Transport.SendAsync(mail, activity.CancellationToken);
    }

    // The link is this approver's own: it goes into this mail and nowhere else, and is not logged.
    private string? LinkFor(Reminder reminder, MailAddress approver, ActivityInfo info) =>
        reminder is { ApprovalId: { Length: > 0 } id, ContentHash: { Length: > 0 } hash }
            ? links?.For(info.WorkflowNamespace!, info.WorkflowId!, info.WorkflowRunId!, id, hash, approver.Address, reminder.ExpiresAt)?.AbsoluteUri
            : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "A reply to {From} still waits for approval (reminder {Number}); it expires at {ExpiresAt:u}")]
    private static partial void LogReminder(ILogger logger, string from, int number, DateTimeOffset expiresAt);
}
