using Holdfast.AI.Activities;
using Holdfast.AI.Approvals;
using Holdfast.EmailSupport.Hosting;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Outbox;
using Holdfast.EmailSupport.Workflows;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Activities;

/// <summary>Sends the reply, once however often it is tried.</summary>
internal sealed class SendReply(TenantDesks desks, TimeProvider time)
{
    [Activity("SendReply")]
    public async Task<SentMail> RunAsync(ReplyOrder order)
    {
        // What is sent must be what was approved, to the recipient that was shown.
        if (order.Seal is { } seal && seal != ContentSeal.Of(order.Body, order.To.Address, order.Subject))
            throw new ApplicationFailureException("The reply differs from what was approved.", errorType: "ReplyNotApproved", nonRetryable: true);

        var activity = ActivityExecutionContext.Current;
        var desk = await desks.CurrentAsync(activity.CancellationToken);
        var mail = ReplyComposer.Compose(order, OwnMessageId.For(activity.Info.WorkflowId!, order.Part, desk.Identity), desk.Identity);
        return await Heartbeats.DuringAsync(activity, cancelled => desk.Transport.SendAsync(mail, cancelled), time);
    }
}
