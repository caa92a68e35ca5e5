using System.Linq.Expressions;
using Holdfast.AI.Approvals;
using Holdfast.AI.Chat;
using Holdfast.EmailSupport.Activities;
using Holdfast.EmailSupport.Knowledge;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Prompts;
using Holdfast.EmailSupport.Triage;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.EmailSupport.Workflows;

/// <summary>
/// Handles one e-mail from arrival to answer: classify, look up what the team knows, draft, ask a person if need be, send. Mail that must not be answered
/// runs through it as well, so that every e-mail can be seen.
/// </summary>
/// <remarks>
/// It may live for days and through any number of restarts. At most one reply goes out: the decision is taken once (see
/// <see cref="WorkflowApprovals"/>), and the reply's Message-ID is computed from the workflow id, so a repeated send is the
/// same mail. A customer's answer to a reply joins the case while that is open; to a closed case it begins a new one that names the
/// old. If the model cannot read or write, a person gets the mail with an empty draft: trouble with a model never loses mail.
/// </remarks>
[Workflow]
public sealed class EmailSupportWorkflow
{
    private const string UndeliverableType = "Undeliverable";

    private static readonly SearchAttributeKey<string> RepliedTo = SearchAttributeKey.CreateKeyword(SupportAttributes.RepliedTo);

    private readonly WorkflowApprovals approvals = new();
    private readonly Queue<JoiningMail> joining = new();
    private EmailStatus status = new() { Step = EmailStep.Classifying };
    private BounceReport? bounce;

    /// <summary>Where the e-mail stands.</summary>
    [WorkflowQuery("email_status")]
    public EmailStatus Status() => status with { Approval = approvals.All.Count > 0 ? approvals.All[^1] : null };

    [WorkflowRun]
    public async Task<EmailStatus> RunAsync(EmailMessage email, HandlingPolicy policy)
    {
        if (email is { Bounce: { } report, CaseId: { } bounced })
            return await ReportBounceAsync(bounced, report);
        if (email.NoReplyReason is { } automatic)
            return Close(EmailStep.NotAnswered, automatic);

        if (email.CaseId is { } caseId)
        {
            // By signal from here and not from the intake: this run is the mail's own, so however often the intake tries, it is offered once.
            if (await SignalAsync(caseId, workflow => workflow.CustomerWroteAsync(new(Workflow.Info.WorkflowId, email))))
                return Close(EmailStep.Joined, $"It went to the case {caseId}, which is open.");
            status = status with { Predecessor = caseId };
        }

        return await HandleCaseAsync(email, policy);
    }

    /// <summary>The customer wrote again while the case is open.</summary>
    [WorkflowSignal("customer_wrote")]
    public Task CustomerWroteAsync(JoiningMail mail)
    {
        joining.Enqueue(mail);
        status = status with { Joined = [.. status.Joined, mail.WorkflowId] };
        return Task.CompletedTask;
    }

    /// <summary>A reply of this case came back.</summary>
    [WorkflowSignal("reply_bounced")]
    public Task ReplyBouncedAsync(BounceReport report)
    {
        bounce = report;
        return Task.CompletedTask;
    }

    private async Task<EmailStatus> HandleCaseAsync(EmailMessage email, HandlingPolicy policy)
    {
        var lost = new List<string>();
        for (var number = 1; ; number++)
        {
            try
            {
                await HandleAsync(email, policy, number);
            }
            catch (ApplicationFailureException failure) when (failure.ErrorType == UndeliverableType)
            {
                lost.Add(failure.Message);
            }

            var (step, reason) = (status.Step, status.Reason);
            if (step is EmailStep.Answered && policy.FollowUp is { } followUp && joining.Count == 0 && bounce is null)
            {
                Move(EmailStep.WaitingForCustomer, "The case stays open for an answer or a bounce.");
                await Workflow.WaitConditionAsync(() => joining.Count > 0 || bounce is not null, followUp);
            }

            if (bounce is { } report)
                lost.Add($"The reply came back: {report}");
            bounce = null;
            // A case fails only when all mail that joined it is handled: nobody else will answer that.
            if (joining.TryDequeue(out var joined))
                email = joined.Email;
            else if (lost.Count > 0)
                throw Undeliverable(string.Join(' ', lost));
            else
                return Close(step, reason);
        }
    }

    private async Task<EmailStatus> HandleAsync(EmailMessage email, HandlingPolicy policy, int number)
    {
        Move(EmailStep.Classifying);
        var classification = await ClassifyAsync(email, policy);
        status = status with { Classification = classification };
        if (classification.Category is EmailCategory.Spam)
            return Close(EmailStep.NotAnswered, "It is spam.");
        if (classification.Category is EmailCategory.AutoReply)
            return Close(EmailStep.NotAnswered, "A machine wrote it.");

        Move(EmailStep.LookingUp);
        var (passages, trouble) = await LookUpAsync(email, classification);
        status = status with { Knowledge = [.. passages.Select(passage => passage.Id)] };

        Move(EmailStep.Drafting);
        var draft = await DraftAsync(email, classification, passages, policy);
        if (trouble is not null)
            draft = draft with { Warnings = [.. draft.Warnings, trouble] };
        status = status with { Draft = draft };

        var order = ReplyOrder.For(email, draft, number);
        var soFar = policy.CountsReplies ? await CountRepliesAsync(email) : null;
        var decisions = ApprovalRules.Decide(email, classification, draft, policy, soFar);
        status = status with { Decisions = decisions };
        var reasons = ApprovalRules.Reasons(decisions);
        if (reasons.Count > 0)
        {
            Move(EmailStep.WaitingForApproval, string.Join(' ', reasons));
            var outcome = await approvals.RequestAsync(
                ApprovalPage.For(email, classification, draft, passages, reasons, policy.Approvers, status.Predecessor),
                policy.Times,
                _ => RemindAsync(email));
            if (outcome.Approval.State is ApprovalState.Rejected)
                return Close(EmailStep.Rejected, RejectionReason(outcome.Approval.Decision!));
            if (!outcome.Approved)
                return Close(EmailStep.Expired, "Nobody approved the reply in time, so nothing was sent.");

            order = order with { Body = outcome.Approval.Content, Seal = outcome.Seal };
        }

        await SendAsync(order with { Date = new(Workflow.UtcNow, TimeSpan.Zero) });
        if (policy.CountsReplies)
            Workflow.UpsertTypedSearchAttributes(RepliedTo.ValueSet(email.ReplyTo.Address));
        return Status();
    }

    private static async Task<Classification> ClassifyAsync(EmailMessage email, HandlingPolicy policy)
    {
        try
        {
            var classification = await DurableChat.Client(PromptLibrary.Reader, StepOptions.Model).ReadResponseAsync(
                SupportPrompts.ToReader(policy.ReaderPrompt, email), ReaderAnswer.Parse, SupportPrompts.ReaderOptions(policy.ReaderPrompt));
            return classification with { Prompt = policy.ReaderPrompt.Id };
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

    /// <summary>What the team knows about it, and what kept the team's knowledge from being searched, if anything did.</summary>
    private static async Task<(IReadOnlyList<Passage> Passages, string? Trouble)> LookUpAsync(EmailMessage email, Classification classification)
    {
        try
        {
            var question = new KnowledgeQuestion(email.Subject, email.Text, classification.Summary);
            var found = await Workflow.ExecuteActivityAsync((LookUpKnowledge activity) => activity.RunAsync(question), StepOptions.LookUp);
            return (found.Passages, null);
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            return ([], $"Our knowledge could not be searched: {Cause(failure)}");
        }
    }

    private static async Task<Draft> DraftAsync(EmailMessage email, Classification classification, IReadOnlyList<Passage> passages, HandlingPolicy policy)
    {
        try
        {
            // A wrong citation is worth one more try; then a person is the better judge of the draft.
            var answers = 0;
            var draft = await DurableChat.Client(PromptLibrary.Writer, StepOptions.Writer).ReadResponseAsync(
                SupportPrompts.ToWriter(policy.WriterPrompt, email, classification, passages, policy.Signature),
                answer => WriterAnswer.Parse(answer, passages, lastWord: ++answers > 1),
                SupportPrompts.WriterOptions(policy.WriterPrompt));
            var sources = policy.CiteInReply && draft.Citations.Count > 0
                ? $"\n\nSources:\n{string.Join('\n', draft.Citations.Select(citation => $"- {citation.Title}"))}"
                : "";
            return draft with { Body = draft.Body + sources, Prompt = policy.WriterPrompt.Id };
        }
        catch (FailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            return new("", "none", Notice: null, [$"No draft could be written: {Cause(failure)}"]);
        }
    }

    private static async Task<RepliesSoFar?> CountRepliesAsync(EmailMessage email)
    {
        try
        {
            return await Workflow.ExecuteActivityAsync((CountReplies activity) => activity.RunAsync(email.ReplyTo.Address), StepOptions.LookUp);
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            return null;
        }
    }

    // Counted over the whole case: each reminder is a mail of its own.
    private Task RemindAsync(EmailMessage email)
    {
        var newest = approvals.All[^1];
        var reminder = new Reminder(
            email.From, email.Subject, approvals.All.Sum(approval => approval.RemindedAt.Count), newest.ExpiresAt, newest.Id, newest.ContentHash);
        return Workflow.ExecuteActivityAsync((RemindApprover activity) => activity.RunAsync(reminder), StepOptions.Reminder);
    }

    private async Task<EmailStatus> ReportBounceAsync(string caseId, BounceReport report)
    {
        if (!report.Permanent)
            return Close(EmailStep.NotAnswered, $"A reply of the case {caseId} is late: {report}");
        if (await SignalAsync(caseId, workflow => workflow.ReplyBouncedAsync(report)))
            return Close(EmailStep.Joined, $"It went to the case {caseId}, which is open: {report}");

        status = status with { Predecessor = caseId };
        throw Undeliverable($"A reply of the case {caseId}, which is closed, came back: {report}");
    }

    /// <summary>False: there is no such case, or it is closed.</summary>
    private static async Task<bool> SignalAsync(string caseId, Expression<Func<EmailSupportWorkflow, Task>> signal)
    {
        try
        {
            await Workflow.GetExternalWorkflowHandle<EmailSupportWorkflow>(caseId).SignalAsync(signal);
            return true;
        }
        catch (FailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            return false;
        }
    }

    // Failed and not completed, so that a list of failures shows the customer who waits for an answer.
    private ApplicationFailureException Undeliverable(string reason)
    {
        Close(EmailStep.Undeliverable, reason);
        return new(reason, errorType: UndeliverableType, nonRetryable: true);
    }

    private async Task<EmailStatus> SendAsync(ReplyOrder order)
    {
        Move(EmailStep.Sending);
        try
        {
            var sent = await Workflow.ExecuteActivityAsync((SendReply activity) => activity.RunAsync(order), StepOptions.Send);
            status = status with { SentMessageId = sent.MessageId, CopiesRefused = sent.Refused ?? [] };
            return Close(EmailStep.Answered, sent.AlreadySent ? "The reply had been sent by an earlier attempt." : "");
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            throw Undeliverable($"The reply could not be sent: {Cause(failure)}");
        }
    }

    private EmailStatus Close(EmailStep step, string reason)
    {
        Move(step, reason);
        return Status();
    }

    private void Move(EmailStep step, string reason = "")
    {
        // A case that closes where it stands takes no step.
        if (status.Timeline is not [.., { } last] || (last.Step, last.Reason) != (step, reason))
            status = status with { Timeline = [.. status.Timeline, new(new(Workflow.UtcNow, TimeSpan.Zero), step, reason)] };
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
