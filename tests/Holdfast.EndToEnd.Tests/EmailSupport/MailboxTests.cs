using System.Net;
using System.Text;
using Holdfast.EndToEnd.Tests.MailServers;
using Holdfast.EndToEnd.Tests.Programs;
using Xunit.Abstractions;

namespace Holdfast.EndToEnd.Tests.EmailSupport;

/// <summary>The application on a real mailbox: Dovecot and Exim as the distribution has them.</summary>
public sealed class MailboxTests(ITestOutputHelper log) : MailServerTest(log)
{
    [Fact(Timeout = TestLimitMs)]
    public async Task A_mail_in_the_mailbox_is_answered_by_mail_over_TLS_and_as_soon_as_the_server_announces_it()
    {
        // No polling within the test: what is seen, IDLE announced.
        Desk = await StartAsync(Settings("Tls", pollEvery: "9m"));
        await ReadableAsync();

        await Mail.SendAsync(Question(1));

        var answer = Assert.Single(await CustomerHasAsync(1));
        Assert.Equal("q1@customer.example", answer.InReplyTo);
        Assert.Equal(MailServer.Support, Assert.Single(answer.From.Mailboxes).Address);

        // The copy that proves the reply comes to the mailbox too, until it is filed with what was sent.
        await Eventually.SeesAsync("the question alone in the mailbox", () => Mail.MailsAsync(MailServer.Support), mails => mails.Count == 1, Limit);
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task Each_mail_is_answered_once_though_the_application_is_killed_while_it_takes_and_sends_them()
    {
        const int Mails = 60;
        const int Kills = 5;
        Desk = await StartAsync(Settings("None"));
        foreach (var number in Enumerable.Range(0, Mails))
            await Mail.SendAsync(Question(number));

        for (var kill = 1; kill <= Kills; kill++)
        {
            // Each life of the application gets to send a few: it dies in the middle of taking and of sending.
            await CustomerHasAsync(kill * 4);
            await Desk.KillAsync();
            await Desk.StartAgainAsync();
        }

        await CustomerHasAsync(Mails);
        // All were taken, so that nothing is on its way any more.
        await NothingIsOpenAsync(Mails);
        var answered = (await Mail.MailsAsync(MailServer.Customer)).Select(answer => answer.InReplyTo);
        var copies = answered.GroupBy(id => id).Where(group => group.Count() > 1).Select(group => $"{group.Key} {group.Count()} times").ToList();
        Assert.Empty(copies);
        Assert.Equal(Mails, answered.Count());
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_mailbox_that_is_numbered_anew_doubles_nothing_and_goes_on()
    {
        Desk = await StartAsync(Settings("None"));
        await Mail.SendAsync(Question(1));
        await CustomerHasAsync(1);

        await Mail.NumberAnewAsync();
        await Mail.SendAsync(Question(2));

        await CustomerHasAsync(2);
        await NothingIsOpenAsync(2);
        Assert.Contains("numbers", Desk.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_mail_server_that_is_away_shows_and_what_came_meanwhile_is_answered_afterwards()
    {
        Desk = await StartAsync(Settings("None"));
        await ReadableAsync();
        await Mail.AppendAsync(Bytes(Question(1)));
        await CustomerHasAsync(1);

        await Mail.StopAsync();
        var down = await StateAsync(state => state.Step == "down");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.Code);
        Assert.NotEmpty(down.Reason);
        await Mail.StartAgainAsync();
        await Mail.SendAsync(Question(2));

        await CustomerHasAsync(2);
        Assert.Equal(HttpStatusCode.OK, (await StateAsync(state => state.Step == "connected")).Code);
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task Mail_that_is_too_large_or_no_mail_is_set_aside_with_its_reason_and_the_next_is_answered()
    {
        Desk = await StartAsync(Settings("None"));
        await Mail.AppendAsync(Huge());
        await Mail.AppendAsync(ManyParts());
        await Mail.AppendAsync(Encoding.ASCII.GetBytes("\r\n\r\nno mail at all\r\n"));
        await Mail.AppendAsync(Bytes(Question(1)));

        await CustomerHasAsync(1);

        Assert.Equal(3, (await Mail.MailsAsync(MailServer.Support, "Rejected")).Count);
        Assert.Single(await Mail.MailsAsync(MailServer.Support));
        var reasons = Desk.Rejected().Where(file => file.EndsWith(".reason.txt", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, reasons.Count);
        foreach (var expected in new[] { "100 MB; at most 25 MB", "more than 1000 parts", "it has no headers" })
            Assert.Contains(expected, Desk.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_certificate_that_is_not_trusted_is_refused_and_a_wrong_password_is_not_tried_again_and_again()
    {
        Desk = await StartAsync(Settings("StartTls"), trusted: false);
        Assert.Contains("not trusted on this machine", (await StateAsync(state => state.Step == "down")).Reason, StringComparison.Ordinal);
        await Desk.DisposeAsync();

        Desk = await StartAsync(Settings("StartTls").Replace(MailServer.Password, "wrong", StringComparison.Ordinal));
        Assert.Contains("refused the login", (await StateAsync(state => state.Step == "parked")).Reason, StringComparison.Ordinal);
    }

    private static byte[] Huge()
    {
        var head = Encoding.ASCII.GetBytes("From: grace@customer.example\r\nSubject: Huge\r\n\r\n");
        var huge = new byte[100 * 1024 * 1024 + 4096];
        var line = Encoding.ASCII.GetBytes(new string('x', 76) + "\r\n");
        for (var at = 0; at < huge.Length; at++)
            huge[at] = line[at % line.Length];
        head.CopyTo(huge, 0);
        return huge;
    }

    private static byte[] ManyParts()
    {
        var text = new StringBuilder("From: grace@customer.example\r\nSubject: Parts\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n");
        for (var part = 0; part < 10_000; part++)
            text.Append("--B\r\nContent-Type: text/plain; name=a.txt\r\n\r\nx\r\n");
        return Encoding.ASCII.GetBytes(text.Append("--B--\r\n").ToString());
    }
}
