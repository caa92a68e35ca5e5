using Holdfast.AI.Approvals;
using Holdfast.AI.Chat;
using Holdfast.EmailSupport.Activities;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Triage;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.EmailSupport.Workflows;

/// <summary>
/// Handles one e-mail from arrival to answer: classify, draft, ask a person if need be, send. Mail that must not be answered
/// runs through it as well, so that every e-mail can be seen.
/// </summary>
/// <remarks>
/// It may live for days and through any number of restarts. At most one reply goes out: the decision is taken once (see
/// <see cref="WorkflowApprovals"/>), and the reply's Message-ID is computed from the workflow id, so a repeated send is the
/// same mail. If the model cannot read or write, a person gets the mail with an empty draft: trouble with a model never loses mail.
/// </remarks>
[Workflow]
public sealed class EmailSupportWorkflow
{
    private readonly WorkflowApprovals approvals = new();
    private EmailStatus status = new() { Step = EmailStep.Classifying };

    /// <summary>Where the e-mail stands.</summary>
    [WorkflowQuery("email_status")]
    public EmailStatus Status() => status with { Approval = approvals.All.Count > 0 ? approvals.All[^1] : null };

    [WorkflowRun]
    public async Task<EmailStatus> RunAsync(EmailMessage email, HandlingPolicy policy)
    {
        if (email.NoReplyReason is { } automatic)
            return Close(EmailStep.NotAnswered, automatic);

        var classification = await ClassifyAsync(email);
        status = status with { Classification = classification };
        if (classification.Category is EmailCategory.Spam)
            return Close(EmailStep.NotAnswered, "It is spam.");
        if (classification.Category is EmailCategory.AutoReply)
            return Close(EmailStep.NotAnswered, "A machine wrote it.");

        Move(EmailStep.Drafting);
        var draft = await DraftAsync(email, classification, policy);
        status = status with { Draft = draft };

        var order = ReplyOrder.For(email, draft);
        var reasons = ApprovalRules.Reasons(email, classification, draft, policy);
        if (reasons.Count > 0)
        {
            Move(EmailStep.WaitingForApproval, string.Join(' ', reasons));
            var outcome = await approvals.RequestAsync(
                ApprovalPage.For(email, classification, draft, reasons),
                policy.Times,
                approval => RemindAsync(email, approval));
            if (outcome.Approval.State is ApprovalState.Rejected)
                return Close(EmailStep.Rejected, RejectionReason(outcome.Approval.Decision!));
            if (!outcome.Approved)
                return Close(EmailStep.Expired, "Nobody approved the reply in time, so nothing was sent.");

            order = order with { Body = outcome.Approval.Content, Seal = outcome.Seal };
        }

        return await SendAsync(order with { Date = new(Workflow.UtcNow, TimeSpan.Zero) });
    }

    private static async Task<Classification> ClassifyAsync(EmailMessage email)
    {
        try
        {
            return await DurableChat.Client(SupportPrompts.ReaderModel, StepOptions.Model)
                .ReadResponseAsync(SupportPrompts.ToReader(email), ReaderAnswer.Parse, SupportPrompts.ReaderOptions);
        }
        catch (FailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            return new()
            {
                Category = EmailCategory.Other,
                Language = "und",
                NeedsApproval = true,
                Reason = $"The mail could not be classified: {Cause(failure)}",
                Model = "none",
            };
        }
    }

    private static async Task<Draft> DraftAsync(EmailMessage email, Classification classification, HandlingPolicy policy)
    {
        try
        {
            return await DurableChat.Client(SupportPrompts.WriterModel, StepOptions.Model)
                .ReadResponseAsync(SupportPrompts.ToWriter(email, classification, policy.Signature), WriterAnswer.Parse, SupportPrompts.WriterOptions);
        }
        catch (FailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            return new("", "none", Notice: null, [$"No draft could be written: {Cause(failure)}"]);
        }
    }

    private static Task RemindAsync(EmailMessage email, ApprovalView approval) =>
        Workflow.ExecuteActivityAsync(
            (RemindApprover activity) => activity.RunAsync(new Reminder(email.From, email.Subject, approval.RemindedAt.Count, approval.ExpiresAt)),
            StepOptions.Reminder);

    private async Task<EmailStatus> SendAsync(ReplyOrder order)
    {
        Move(EmailStep.Sending);
        try
        {
            var sent = await Workflow.ExecuteActivityAsync((SendReply activity) => activity.RunAsync(order), StepOptions.Send);
            status = status with { SentMessageId = sent.MessageId };
            return Close(EmailStep.Answered, sent.AlreadySent ? "The reply had been sent by an earlier attempt." : "");
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            Close(EmailStep.Undeliverable, Cause(failure));
            // Failed and not completed, so that a list of failures shows the customer who waits for an answer.
            throw new ApplicationFailureException($"The reply could not be sent: {Cause(failure)}", failure, errorType: "Undeliverable", nonRetryable: true);
        }
    }

    private EmailStatus Close(EmailStep step, string reason)
    {
        Move(step, reason);
        return Status();
    }

    private void Move(EmailStep step, string reason = "")
    {
        status = status with { Step = step, Reason = reason };
        Workflow.CurrentDetails = reason.Length > 0 ? $"{step}: {reason}" : step.ToString();
    }

    private static string RejectionReason(ApprovalDecision decision) =>
        decision.Comment is { } comment ? $"{decision.By} rejected the reply: {comment}" : $"{decision.By} rejected the reply.";

    private static string Cause(FailureException failure) => failure.InnerException switch
    {
        ApplicationFailureException application => application.Message,
        TimeoutFailureException => "it took too long.",
        { } other => other.Message,
        null => failure.Message,
    };
}
