using Holdfast.EmailSupport.Workflows;
using Holdfast.EndToEnd.Tests.MailServers;
using Holdfast.EndToEnd.Tests.Programs;
using MimeKit;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit.Abstractions;

namespace Holdfast.EndToEnd.Tests.EmailSupport;

/// <summary>What becomes of a case after its reply is on its way, on real mail servers.</summary>
public sealed class CaseTests(ITestOutputHelper log) : MailServerTest(log)
{
    [Fact(Timeout = TestLimitMs)]
    public async Task The_customer_gets_one_reply_though_the_servers_acknowledgement_is_lost()
    {
        await using var proxy = new LostAcknowledgement(Mail.SmtpPort, answers: 1);
        Desk = await StartAsync(Settings("None", smtpPort: proxy.Port));

        await Mail.SendAsync(Question(1));

        await NothingIsOpenAsync(1);
        Assert.Equal(1, proxy.Lost);
        Assert.Single(await Mail.MailsAsync(MailServer.Customer));
        Assert.Equal("The reply had been sent by an earlier attempt.", (await OnlyAsync()).Reason);
        // The copy that proved it is with the sent mail and was not taken for a customer's.
        await Eventually.SeesAsync("the copy among the sent mail", () => Mail.MailsAsync(MailServer.Support, "Sent"), sent => sent.Count == 1, Limit);
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_customers_answer_joins_the_open_case_and_is_answered_in_it_after_approval()
    {
        Desk = await StartAsync(Settings("None", followUp: "1h"));
        await Mail.SendAsync(Question(1));
        var first = Assert.Single(await CustomerHasAsync(1));
        await Eventually.SeesAsync("the case to wait", OnlyAsync, status => status.Step is EmailStep.WaitingForCustomer, Limit);

        await Mail.SendAsync(AnswerTo(first));
        var client = await TemporalClient.ConnectAsync(new(Desk.Target));
        using var stop = new CancellationTokenSource();
        var approver = new Approver(client);
        approver.Allow(1);
        var approving = approver.RunAsync(stop.Token);

        var answers = await CustomerHasAsync(2);
        await stop.CancelAsync();
        await approving;
        Assert.Equal("answer@customer.example", answers[1].InReplyTo);
        Assert.Contains(first.MessageId, answers[1].References);
        Assert.NotEqual(first.MessageId, answers[1].MessageId);
        var statuses = await Eventually.SeesAsync(
            "the case to wait again", () => StatusesAsync(client), all => all.Any(pair => pair.Status.Step is EmailStep.WaitingForCustomer), Limit);
        var joined = Assert.Single(statuses, pair => pair.Status.Step is EmailStep.Joined);
        var open = Assert.Single(statuses, pair => pair.Status.Step is EmailStep.WaitingForCustomer);
        Assert.Equal([joined.Id], open.Status.Joined);
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task An_answer_to_a_closed_case_begins_a_new_one_that_names_it()
    {
        Desk = await StartAsync(Settings("None"));
        await Mail.SendAsync(Question(1));
        var first = Assert.Single(await CustomerHasAsync(1));
        await NothingIsOpenAsync(1);
        var client = await TemporalClient.ConnectAsync(new(Desk.Target));
        var old = Assert.Single(await StatusesAsync(client)).Id;

        await Mail.SendAsync(AnswerTo(first));

        await Eventually.SeesAsync(
            "a case that waits for a person and names the old one",
            () => StatusesAsync(client),
            all => all.Any(pair => pair.Status is { Step: EmailStep.WaitingForApproval, Predecessor: { } named } && named == old),
            Limit);
    }

    [Theory(Timeout = TestLimitMs)]
    [InlineData("1h")]
    [InlineData("none")]
    public async Task A_reply_that_comes_back_fails_its_case_with_the_mail_servers_words(string followUp)
    {
        Desk = await StartAsync(Settings("None", followUp: followUp));
        var letter = Question(1);
        // Taken by the mail server, and then nobody is there to deliver it to.
        letter.From.Clear();
        letter.From.Add(new MailboxAddress("Grace", "grace@nowhere.invalid"));
        await Mail.SendAsync(letter);

        var client = await TemporalClient.ConnectAsync(new(Desk.Target));
        var failed = await Eventually.SeesAsync(
            "a failed workflow", () => ListAsync(client, "ExecutionStatus = 'Failed'"), found => found.Count == 1, Limit);
        var failure = await Assert.ThrowsAsync<WorkflowFailedException>(() => client.GetWorkflowHandle(failed[0]).GetResultAsync());

        Assert.Contains("came back: grace@nowhere.invalid", failure.InnerException!.Message, StringComparison.Ordinal);
        Assert.Contains("5.0.0", failure.InnerException!.Message, StringComparison.Ordinal);
    }

    private static MimeMessage AnswerTo(MimeMessage reply)
    {
        var answer = Letter("answer", "Re: Signing in", "I did that. How can I set a new password on my phone?");
        answer.InReplyTo = reply.MessageId;
        answer.References.Add(reply.MessageId!);
        return answer;
    }

    private async Task<EmailStatus> OnlyAsync() =>
        Assert.Single(await StatusesAsync(await TemporalClient.ConnectAsync(new(Desk!.Target)))).Status;

    private static async Task<IReadOnlyList<(string Id, EmailStatus Status)>> StatusesAsync(TemporalClient client)
    {
        List<(string, EmailStatus)> all = [];
        foreach (var id in await ListAsync(client, "WorkflowType = 'EmailSupportWorkflow'"))
            all.Add((id, await client.GetWorkflowHandle(id).QueryAsync<EmailStatus>("email_status", [])));
        return all;
    }

    private static async Task<IReadOnlyList<string>> ListAsync(TemporalClient client, string query)
    {
        List<string> all = [];
        await foreach (var execution in client.ListWorkflowsAsync(query))
            all.Add(execution.Id);
        return all;
    }
}
