using System.Text.Json;
using Holdfast.AI.Approvals;
using Holdfast.EmailSupport.Hosting;
using Holdfast.EmailSupport.Samples;
using Holdfast.EmailSupport.Tests.Mail;
using Holdfast.EmailSupport.Triage;
using Holdfast.EmailSupport.Workflows;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Tests.Workflows;

/// <summary>The application on the real SDK and a real server.</summary>
public sealed class EmailSupportWorkflowTests
{
    private static readonly byte[] Question = Raw.Mail("Hello, how do I change my password?", ("Message-ID", "<q@customer.test>"));
    private static readonly byte[] Billing = Raw.Mail("I was charged twice. Please refund one payment.", ("Message-ID", "<b@customer.test>"));

    [Fact]
    public async Task A_harmless_question_is_answered_at_once()
    {
        await using var desk = await SupportDesk.OpenAsync();

        var status = await (await desk.ReceiveAsync(Question)).EndsAsync();

        Assert.Equal(EmailStep.Answered, status.Step);
        Assert.Null(status.Approval);
        var reply = Assert.Single(desk.Outbox);
        Assert.Equal(status.SentMessageId, reply.MessageId);
        Assert.Equal("q@customer.test", reply.InReplyTo);
        Assert.Equal("ada@customer.test", Assert.Single(reply.To.Mailboxes).Address);
        Assert.Equal("auto-replied", reply.Headers["Auto-Submitted"]);
        Assert.Equal("offline-rules (no model)", reply.Headers["X-Holdfast-Writer"]);
        Assert.Contains("Forgot password", reply.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_of_machines_runs_through_and_gets_no_answer()
    {
        await using var desk = await SupportDesk.OpenAsync();

        var automatic = await (await desk.ReceiveAsync(Raw.Mail("I am away", ("Auto-Submitted", "auto-replied")))).EndsAsync();
        var spam = await (await desk.ReceiveAsync(Raw.Mail("You have won the lottery, click here"))).EndsAsync();

        Assert.Equal((EmailStep.NotAnswered, "It is an automatic mail (Auto-Submitted: auto-replied)."), (automatic.Step, automatic.Reason));
        Assert.Equal((EmailStep.NotAnswered, "It is spam."), (spam.Step, spam.Reason));
        Assert.Empty(desk.Outbox);
    }

    [Fact]
    public async Task A_mail_about_money_waits_and_what_the_person_wrote_is_sent()
    {
        await using var desk = await SupportDesk.OpenAsync();
        var workflow = await desk.ReceiveAsync(Billing);

        var approval = await SupportDesk.PendingAsync(workflow);
        var waiting = await workflow.QueryAsync(email => email.Status());
        await SupportDesk.DecideAsync(workflow, new() { ApprovalId = approval.Id, Verdict = "approve", By = "Ben", Content = "We have paid it back.\r\n\r\nBen" });
        var status = await workflow.EndsAsync();

        Assert.Equal(EmailStep.WaitingForApproval, waiting.Step);
        Assert.Contains("money", waiting.Reason, StringComparison.Ordinal);
        Assert.Equal("I was charged twice. Please refund one payment.", approval.Context.Single(fact => fact.Label == "E-mail").Value);
        Assert.Contains("not by a model", approval.Context.Single(fact => fact.Label == "Draft written by").Value, StringComparison.Ordinal);
        Assert.Equal(EmailStep.Answered, status.Step);
        Assert.True(status.Approval!.Decision!.Edited);
        Assert.Equal(approval.Content, status.Approval.Original);
        var reply = Assert.Single(desk.Outbox);
        Assert.Equal("We have paid it back.\n\nBen\n", reply.TextBody!.ReplaceLineEndings("\n"));
        Assert.Null(reply.Headers["Auto-Submitted"]);
    }

    [Fact]
    public async Task What_waits_can_be_listed_without_a_worker()
    {
        await using var desk = await SupportDesk.OpenAsync();
        var workflow = await desk.ReceiveAsync(Billing);
        var approval = await SupportDesk.PendingAsync(workflow);

        var listed = await Eventually.SeesAsync("the waiting mail in the list", () => FirstAsync(desk.Client, "HoldfastApproval = 'pending'"));
        var memo = await listed.Memo["holdfast_approval"].ToValueAsync<ApprovalMemo>();

        Assert.Equal(workflow.Id, listed.Id);
        Assert.Equal(new ApprovalMemo(approval.Id, "Hello", "Ada Lovelace <ada@customer.test>", approval.RequestedAt, approval.ExpiresAt), memo with { Assignees = [] });

        await SupportDesk.DecideAsync(workflow, new() { ApprovalId = "1", Verdict = "reject", By = "Ben" });
        await workflow.EndsAsync();
        await Eventually.SeesAsync("the decided mail in the list", () => FirstAsync(desk.Client, "HoldfastApproval = 'decided'"));
    }

    [Fact]
    public async Task Only_an_approver_of_the_tenant_decides_and_the_list_says_who_they_are()
    {
        await using var desk = await SupportDesk.OpenAsync();
        var workflow = await desk.ReceiveAsync(Billing, policy: new() { Approvers = ["ada@acme.test"] });
        var approval = await SupportDesk.PendingAsync(workflow);

        var refusal = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
            () => SupportDesk.DecideAsync(workflow, new() { ApprovalId = approval.Id, Verdict = "approve", By = "ben@other.test" }));
        var listed = await Eventually.SeesAsync("the waiting mail in the list", () => FirstAsync(desk.Client, "HoldfastApproval = 'pending'"));
        Assert.Contains("ben@other.test is not among them", refusal.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(["ada@acme.test"], (await listed.Memo["holdfast_approval"].ToValueAsync<ApprovalMemo>()).Assignees);

        await SupportDesk.DecideAsync(workflow, new() { ApprovalId = approval.Id, Verdict = "approve", By = "Ada@acme.test" });
        Assert.Equal(EmailStep.Answered, (await workflow.GetResultAsync()).Step);
    }

    [Fact]
    public async Task A_rejected_reply_is_not_sent()
    {
        await using var desk = await SupportDesk.OpenAsync();
        var workflow = await desk.ReceiveAsync(Billing);
        var approval = await SupportDesk.PendingAsync(workflow);

        await SupportDesk.DecideAsync(workflow, new() { ApprovalId = approval.Id, Verdict = "reject", By = "Ben", Comment = "I will call her." });
        var status = await workflow.EndsAsync();

        Assert.Equal((EmailStep.Rejected, "Ben rejected the reply: I will call her."), (status.Step, status.Reason));
        Assert.Empty(desk.Outbox);
    }

    [Fact]
    public async Task Of_many_approvers_at_once_one_decides_and_one_reply_is_sent()
    {
        await using var desk = await SupportDesk.OpenAsync();
        var workflow = await desk.ReceiveAsync(Billing);
        var approval = await SupportDesk.PendingAsync(workflow);

        var decisions = Enumerable.Range(0, 8).Select(async number =>
        {
            try
            {
                await SupportDesk.DecideAsync(workflow, new() { ApprovalId = approval.Id, Verdict = "approve", By = $"Approver {number}", Content = $"Text {number}" });
                return number;
            }
            catch (Exception refused) when (refused is WorkflowUpdateFailedException or RpcException)
            {
                return -1;
            }
        });
        var winner = Assert.Single(await Task.WhenAll(decisions), number => number >= 0);
        var status = await workflow.EndsAsync();

        Assert.Equal($"Approver {winner}", status.Approval!.Decision!.By);
        Assert.Equal($"Text {winner}", Assert.Single(desk.Outbox).TextBody!.Trim());
    }

    [Fact]
    public async Task A_request_is_reminded_of_then_expires_and_nothing_is_sent_to_the_customer()
    {
        await using var desk = await SupportDesk.OpenAsync(approver: new("boss@desk.test", "Boss"));
        var times = new ApprovalTimes([TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400)], TimeSpan.FromMilliseconds(1200));

        var status = await (await desk.ReceiveAsync(Billing, new() { Times = times })).EndsAsync();

        Assert.Equal(EmailStep.Expired, status.Step);
        Assert.Equal(ApprovalState.Expired, status.Approval!.State);
        Assert.Equal(2, status.Approval.RemindedAt.Count);
        Assert.All(desk.Outbox, mail => Assert.Equal("boss@desk.test", Assert.Single(mail.To.Mailboxes).Address));
        Assert.Equal(2, desk.Outbox.Count);
    }

    [Fact]
    public async Task Mail_that_waits_survives_crashes_of_server_and_worker()
    {
        await using var desk = await SupportDesk.OpenAsync();
        var workflow = await desk.ReceiveAsync(Billing);
        var before = await SupportDesk.PendingAsync(workflow);

        await desk.CrashAndComeBackAsync();
        var after = await SupportDesk.PendingAsync(workflow);
        await SupportDesk.DecideAsync(workflow, new() { ApprovalId = after.Id, Verdict = "approve", By = "Ben" });
        await desk.CrashServerAsync();
        var status = await workflow.EndsAsync();

        Assert.Equivalent(before, after, strict: true);
        Assert.Equal(EmailStep.Answered, status.Step);
        Assert.False(status.Approval!.Decision!.Edited);
        Assert.Equal(before.Content, Assert.Single(desk.Outbox).TextBody!.ReplaceLineEndings("\n").TrimEnd());
    }

    [Fact]
    public async Task A_crash_while_a_request_waits_moves_neither_its_reminder_nor_its_expiry()
    {
        await using var desk = await SupportDesk.OpenAsync();
        var times = new ApprovalTimes([TimeSpan.FromSeconds(1)], TimeSpan.FromSeconds(2));
        var workflow = await desk.ReceiveAsync(Billing, new() { Times = times });
        var before = await SupportDesk.PendingAsync(workflow);

        await desk.CrashAndComeBackAsync();
        var status = await workflow.EndsAsync();

        Assert.Equal(EmailStep.Expired, status.Step);
        Assert.Equal(before.ExpiresAt, status.Approval!.ExpiresAt);
        Assert.Single(status.Approval.RemindedAt);
        Assert.Empty(desk.Outbox);
    }

    [Fact]
    public async Task The_same_mail_is_taken_once_also_after_it_was_answered()
    {
        await using var desk = await SupportDesk.OpenAsync();

        Assert.True(await desk.StartAsync(Question));
        Assert.False(await desk.StartAsync(Question));
        await (await desk.ReceiveAsync(Question)).EndsAsync();
        await desk.CrashAndComeBackAsync();
        Assert.False(await desk.StartAsync(Question));

        Assert.Single(desk.Outbox);
    }

    [Fact]
    public async Task When_the_model_fails_a_person_writes_the_reply()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Failure(401, "authentication_error", "invalid key"));
        var model = new ModelSettings { AnthropicApiKey = "wrong", AnthropicBaseUrl = provider.Address };
        await using var desk = await SupportDesk.OpenAsync(model);
        var workflow = await desk.ReceiveAsync(Question);

        var approval = await SupportDesk.PendingAsync(workflow);
        var empty = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
            SupportDesk.DecideAsync(workflow, new() { ApprovalId = approval.Id, Verdict = "approve", By = "Ben" }));
        await SupportDesk.DecideAsync(workflow, new() { ApprovalId = approval.Id, Verdict = "approve", By = "Ben", Content = "By hand" });
        await workflow.EndsAsync();

        Assert.Equal("", approval.Content);
        Assert.Contains("invalid key", approval.Context.Single(fact => fact.Label == "Why you are asked").Value, StringComparison.Ordinal);
        Assert.Equal("There is no text to approve: content is empty.", empty.InnerException!.Message);
        Assert.Equal("By hand", Assert.Single(desk.Outbox).TextBody!.Trim());
    }

    [Fact]
    public async Task A_model_sorts_and_writes_where_a_key_is_configured()
    {
        await using var provider = await ProviderStandIn.StartAsync(request =>
            AnthropicWire.Answer(request, IsReader(request) ? HarmlessQuestion : WriterReply("Dear Ada, all is well. Desk")));
        var model = new ModelSettings { AnthropicApiKey = "k", AnthropicBaseUrl = provider.Address };
        await using var desk = await SupportDesk.OpenAsync(model);

        var status = await (await desk.ReceiveAsync(Question)).EndsAsync();

        Assert.Equal(EmailStep.Answered, status.Step);
        Assert.Equal("claude-sonnet-5-5", status.Draft!.Model);
        // The prompt's name is for our own traces: a provider refuses fields that it does not know.
        Assert.All(provider.Requests, request => Assert.DoesNotContain("prompt.name", request.Body.ToJsonString(), StringComparison.Ordinal));
        // The draft alone is worth watching.
        Assert.Equal([false, true], provider.Requests.Select(request => request.Streamed));
        Assert.Equal(("support-reader/1", "support-writer/1"), (status.Classification!.Prompt, status.Draft.Prompt));
        Assert.Equal(
            [EmailStep.Classifying, EmailStep.LookingUp, EmailStep.Drafting, EmailStep.Sending, EmailStep.Answered],
            status.Timeline.Select(taken => taken.Step));
        Assert.Contains(new Decision("confidence", AsksPerson: false, "The writer is 90 % sure of the reply; 70 % is enough here."), status.Decisions);
        var reply = Assert.Single(desk.Outbox);
        Assert.Equal("Dear Ada, all is well. Desk", reply.TextBody!.Trim());
        Assert.Null(reply.Headers["X-Holdfast-Writer"]);
    }

    [Fact]
    public async Task A_case_whose_reply_came_back_fails_only_after_the_mail_that_joined_it_is_answered()
    {
        await using var desk = await SupportDesk.OpenAsync();
        var workflow = await desk.ReceiveAsync(Billing);
        var approval = await SupportDesk.PendingAsync(workflow);
        await workflow.SignalAsync(email => email.CustomerWroteAsync(new("mail/later", Raw.Read(Question))));
        await workflow.SignalAsync(email => email.ReplyBouncedAsync(new(null, "ada@customer.test", Permanent: true, "550 unknown")));

        await SupportDesk.DecideAsync(workflow, new() { ApprovalId = approval.Id, Verdict = "approve", By = "Ben" });

        var failure = await Assert.ThrowsAsync<WorkflowFailedException>(() => workflow.EndsAsync());
        var cause = Assert.IsType<ApplicationFailureException>(failure.InnerException);
        Assert.Equal("Undeliverable", cause.ErrorType);
        Assert.Contains("550 unknown", cause.Message, StringComparison.Ordinal);
        Assert.Equal(["b@customer.test", "q@customer.test"], desk.Outbox.Select(mail => mail.InReplyTo).Order());
        var status = await workflow.QueryAsync(email => email.Status());
        Assert.Equal((EmailStep.Undeliverable, cause.Message), (status.Step, status.Reason));
        Assert.Equal(["mail/later"], status.Joined);
    }

    [Fact]
    public async Task A_draft_is_drawn_from_the_teams_knowledge_and_the_person_sees_from_what()
    {
        await using var desk = await SupportDesk.OpenAsync();
        SampleKnowledge.Write(desk.Knowledge);
        var workflow = await desk.ReceiveAsync(Raw.Mail("My credit card was charged twice for the invoice of October.", ("Subject", "Charged twice")));

        var approval = await SupportDesk.PendingAsync(workflow);
        var status = await workflow.QueryAsync(email => email.Status());

        Assert.Equal("billing#charged-twice", status.Knowledge[0]);
        Assert.Equal([new Citation("billing#charged-twice", "Billing: Charged twice")], status.Draft!.Citations);
        var sources = approval.Context.Single(fact => fact.Label == "Sources").Value;
        Assert.StartsWith("Billing: Charged twice (billing#charged-twice)\nA second charge of the same amount", sources, StringComparison.Ordinal);
        Assert.DoesNotContain("billing#", approval.Content, StringComparison.Ordinal);

        // What was looked up is in the history, whatever becomes of the file.
        Directory.Delete(desk.Knowledge, recursive: true);
        await desk.CrashAndComeBackAsync();
        Assert.Equal(sources, (await SupportDesk.PendingAsync(workflow)).Context.Single(fact => fact.Label == "Sources").Value);
        await HistoryFixtureTests.ReplayAsync(await workflow.FetchHistoryAsync());
    }

    [Fact]
    public async Task A_writer_that_cites_what_it_was_not_given_is_asked_again_and_then_a_person_is()
    {
        var asked = 0;
        await using var provider = await ProviderStandIn.StartAsync(request =>
        {
            if (IsReader(request))
                return AnthropicWire.Answer(request, HarmlessQuestion);
            asked++;
            return AnthropicWire.Answer(request, WriterReply("Dear Ada, all is well. Desk", 0.9, "secrets#all"));
        });
        await using var desk = await SupportDesk.OpenAsync(new() { AnthropicApiKey = "k", AnthropicBaseUrl = provider.Address });
        SampleKnowledge.Write(desk.Knowledge);
        var workflow = await desk.ReceiveAsync(Question);

        var approval = await SupportDesk.PendingAsync(workflow);

        Assert.Equal(2, asked);
        Assert.Equal("The draft cites knowledge that does not exist.", approval.Context.Single(fact => fact.Label == "Why you are asked").Value);
        Assert.Equal("The draft is drawn from none of our knowledge.", approval.Context.Single(fact => fact.Label == "Sources").Value);
    }

    [Theory]
    [InlineData(false, "Dear Ada, it is in the settings. Desk")]
    [InlineData(true, "Dear Ada, it is in the settings. Desk\n\nSources:\n- Your account: Setting a new password")]
    public async Task A_reply_names_its_sources_only_where_the_desk_wants_it(bool wanted, string sent)
    {
        await using var provider = await ProviderStandIn.StartAsync(request => AnthropicWire.Answer(
            request, IsReader(request) ? HarmlessQuestion : WriterReply("Dear Ada, it is in the settings. Desk", 0.9, "account#setting-a-new-password")));
        await using var desk = await SupportDesk.OpenAsync(new() { AnthropicApiKey = "k", AnthropicBaseUrl = provider.Address });
        SampleKnowledge.Write(desk.Knowledge);

        var status = await (await desk.ReceiveAsync(Question, new() { CiteInReply = wanted })).EndsAsync();

        Assert.Equal(EmailStep.Answered, status.Step);
        Assert.Equal(sent, Assert.Single(desk.Outbox).TextBody!.ReplaceLineEndings("\n").TrimEnd());
    }

    [Fact]
    public async Task Without_its_knowledge_the_desk_goes_on_and_asks_a_person()
    {
        await using var desk = await SupportDesk.OpenAsync();
        // Where the index should be is a folder: it cannot be made.
        Directory.CreateDirectory(Path.Combine(desk.Knowledge + ".db", "x"));
        var workflow = await desk.ReceiveAsync(Question);

        var approval = await SupportDesk.PendingAsync(workflow);

        Assert.StartsWith("Our knowledge could not be searched: ", approval.Context.Single(fact => fact.Label == "Why you are asked").Value, StringComparison.Ordinal);
        Assert.Contains("Forgot password", approval.Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_replies_to_a_sender_wait_for_a_person_and_those_after_do_not()
    {
        await using var desk = await SupportDesk.OpenAsync();
        var policy = new HandlingPolicy { FirstReplies = 1 };
        var first = await desk.ReceiveAsync(Question, policy);
        var approval = await SupportDesk.PendingAsync(first);
        await SupportDesk.DecideAsync(first, new() { ApprovalId = approval.Id, Verdict = "approve", By = "Ben" });
        await first.EndsAsync();
        await Eventually.SeesAsync("the counted reply", async () =>
            (await desk.Client.CountWorkflowsAsync("SupportRepliedTo = 'ada@customer.test'")).Count == 1 ? "counted" : null);

        var second = await (await desk.ReceiveAsync(Raw.Mail("Hello, how do I change my password? Ada"), policy)).EndsAsync();
        var stranger = await SupportDesk.PendingAsync(await desk.ReceiveAsync(Raw.Mail("Hello, how do I change my password?", ("From", "bob@customer.test")), policy));

        Assert.Equal("The first 1 replies to this sender need approval; 0 went out so far.", approval.Context.Single(fact => fact.Label == "Why you are asked").Value);
        Assert.Equal(EmailStep.Answered, second.Step);
        Assert.Null(second.Approval);
        Assert.Contains("0 went out so far", stranger.Context.Single(fact => fact.Label == "Why you are asked").Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_mail_waits_no_longer()
    {
        await using var desk = await SupportDesk.OpenAsync();
        var workflow = await desk.ReceiveAsync(Billing);
        await SupportDesk.PendingAsync(workflow);

        await workflow.CancelAsync();

        var failure = await Assert.ThrowsAsync<WorkflowFailedException>(() => workflow.EndsAsync());
        Assert.IsType<CanceledFailureException>(failure.InnerException);
        await Eventually.SeesAsync("the cancelled mail to leave the list", () => FirstAsync(desk.Client, "HoldfastApproval = 'decided'"));
        Assert.Empty(desk.Outbox);
    }

    [Fact]
    public async Task A_test_of_a_mail_that_hangs_says_which_and_where_it_stands()
    {
        await using var desk = await SupportDesk.OpenAsync();
        var workflow = await desk.ReceiveAsync(Billing);
        await SupportDesk.PendingAsync(workflow);

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => workflow.EndsAsync(TimeSpan.FromMilliseconds(200)));

        Assert.Matches($"^The workflow {workflow.Id} has not ended after 0.2 s. Its last event is \\w+.$", failure.Message);
    }

    private static async Task<WorkflowExecution?> FirstAsync(ITemporalClient client, string query)
    {
        await foreach (var execution in client.ListWorkflowsAsync(query))
            return execution;
        return null;
    }

    private const string HarmlessQuestion =
        """{"category":"question","language":"en","needs_approval":false,"reason":"","summary":"s","injection_suspected":false}""";

    private static bool IsReader(StandInRequest request) => request.Body.ToJsonString().Contains("You sort the incoming mail", StringComparison.Ordinal);

    private static string WriterReply(string reply, double confidence = 0.9, params string[] citations) => JsonSerializer.Serialize(new { reply, citations, confidence });
}
