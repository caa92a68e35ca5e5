using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Holdfast.EndToEnd.Tests.MailServers;
using Holdfast.EndToEnd.Tests.Programs;
using MimeKit;
using Temporalio.Client;
using Xunit.Abstractions;

namespace Holdfast.EndToEnd.Tests.EmailSupport;

/// <summary>The application on a real mailbox: Dovecot and Exim as the distribution has them.</summary>
public sealed class MailboxTests(ITestOutputHelper log) : IAsyncLifetime
{
    private const int TestLimitMs = 180_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private MailServer mail = null!;
    private SupportDesk? desk;

    public async Task InitializeAsync() => mail = await MailServer.StartAsync();

    public async Task DisposeAsync()
    {
        log.WriteLine($"E-mail application:\n{desk?.Output}\nMail servers:\n{mail?.Log}");
        if (desk is not null)
            await desk.DisposeAsync();
        if (mail is not null)
            await mail.DisposeAsync();
        folder.Delete();
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_mail_in_the_mailbox_is_answered_by_mail_over_TLS_and_as_soon_as_the_server_announces_it()
    {
        // No polling within the test: what is seen, IDLE announced.
        desk = await StartAsync(Settings("Tls", pollEvery: "9m"));
        await ReadableAsync();

        await mail.SendAsync(Question(1));

        var answer = Assert.Single(await CustomerHasAsync(1));
        Assert.Equal("q1@customer.example", answer.InReplyTo);
        Assert.Equal(MailServer.Support, Assert.Single(answer.From.Mailboxes).Address);
        Assert.Single(await mail.MailsAsync(MailServer.Support));
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task Each_mail_is_answered_once_though_the_application_is_killed_while_it_takes_and_sends_them()
    {
        const int Mails = 60;
        const int Kills = 5;
        desk = await StartAsync(Settings("None"));
        foreach (var number in Enumerable.Range(0, Mails))
            await mail.SendAsync(Question(number));

        for (var kill = 1; kill <= Kills; kill++)
        {
            // Each life of the application gets to send a few: it dies in the middle of taking and of sending.
            await CustomerHasAsync(kill * 4);
            await desk.KillAsync();
            await desk.StartAgainAsync();
        }

        await CustomerHasAsync(Mails);
        // All were taken, so that nothing is on its way any more.
        await NothingIsOpenAsync(Mails);
        var answered = (await mail.MailsAsync(MailServer.Customer)).Select(answer => answer.InReplyTo);
        var copies = answered.GroupBy(id => id).Where(group => group.Count() > 1).Select(group => $"{group.Key} {group.Count()} times").ToList();
        Assert.Empty(copies);
        Assert.Equal(Mails, answered.Count());
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_mailbox_that_is_numbered_anew_doubles_nothing_and_goes_on()
    {
        desk = await StartAsync(Settings("None"));
        await mail.SendAsync(Question(1));
        await CustomerHasAsync(1);

        await mail.NumberAnewAsync();
        await mail.SendAsync(Question(2));

        await CustomerHasAsync(2);
        await NothingIsOpenAsync(2);
        Assert.Contains("numbers", desk.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_mail_server_that_is_away_shows_and_what_came_meanwhile_is_answered_afterwards()
    {
        desk = await StartAsync(Settings("None"));
        await ReadableAsync();
        await mail.AppendAsync(Bytes(Question(1)));
        await CustomerHasAsync(1);

        await mail.StopAsync();
        var down = await StateAsync(state => state.Step == "down");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.Code);
        Assert.NotEmpty(down.Reason);
        await mail.StartAgainAsync();
        await mail.SendAsync(Question(2));

        await CustomerHasAsync(2);
        Assert.Equal(HttpStatusCode.OK, (await StateAsync(state => state.Step == "connected")).Code);
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task Mail_that_is_too_large_or_no_mail_is_set_aside_with_its_reason_and_the_next_is_answered()
    {
        desk = await StartAsync(Settings("None"));
        await mail.AppendAsync(Huge());
        await mail.AppendAsync(ManyParts());
        await mail.AppendAsync(Encoding.ASCII.GetBytes("\r\n\r\nno mail at all\r\n"));
        await mail.AppendAsync(Bytes(Question(1)));

        await CustomerHasAsync(1);

        Assert.Equal(3, (await mail.MailsAsync(MailServer.Support, "Rejected")).Count);
        Assert.Single(await mail.MailsAsync(MailServer.Support));
        var reasons = desk.Rejected().Where(file => file.EndsWith(".reason.txt", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, reasons.Count);
        foreach (var expected in new[] { "100 MB; at most 25 MB", "more than 1000 parts", "it has no headers" })
            Assert.Contains(expected, desk.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_certificate_that_is_not_trusted_is_refused_and_a_wrong_password_is_not_tried_again_and_again()
    {
        desk = await StartAsync(Settings("StartTls"), trusted: false);
        Assert.Contains("not trusted on this machine", (await StateAsync(state => state.Step == "down")).Reason, StringComparison.Ordinal);
        await desk.DisposeAsync();

        desk = await StartAsync(Settings("StartTls").Replace(MailServer.Password, "wrong", StringComparison.Ordinal));
        Assert.Contains("refused the login", (await StateAsync(state => state.Step == "parked")).Reason, StringComparison.Ordinal);
    }

    internal static MimeMessage Question(int number) => Letter($"q{Text(number)}", "Signing in", "How can I set a new password?");

    internal static MimeMessage Letter(string id, string subject, string text)
    {
        var letter = new MimeMessage
        {
            MessageId = $"{id}@customer.example",
            Subject = subject,
            Date = DateTimeOffset.UtcNow,
            Body = new TextPart("plain") { Text = $"Hello,\n\n{text}\n\nThanks\nGrace\n" },
        };
        letter.From.Add(new MailboxAddress("Grace", MailServer.Customer));
        letter.To.Add(new MailboxAddress("Support", MailServer.Support));
        return letter;
    }

    private static byte[] Bytes(MimeMessage message)
    {
        using var bytes = new MemoryStream();
        message.WriteTo(bytes);
        return bytes.ToArray();
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

    private string Settings(string security, string pollEvery = "5s") => Settings(mail, security, pollEvery, mail.SmtpPort);

    internal static string Settings(MailServer mail, string security, string pollEvery, int smtpPort) => JsonSerializer.Serialize(
        new Dictionary<string, object>
        {
            ["Support"] = new { Address = MailServer.Support, Name = "Desk" },
            ["Imap"] = new
            {
                Host = "localhost",
                Port = security == "Tls" ? mail.ImapsPort : mail.ImapPort,
                Security = security,
                User = MailServer.Support,
                MailServer.Password,
                PollEvery = pollEvery,
            },
            ["Smtp"] = new { Host = "localhost", Port = smtpPort, Security = security == "Tls" ? "StartTls" : security, User = MailServer.Support, MailServer.Password },
        });

    private Task<SupportDesk> StartAsync(string settings, bool trusted = true) => SupportDesk.StartWithSettingsAsync(
        folder["desk"], settings, trusted ? new Dictionary<string, string> { ["SSL_CERT_FILE"] = mail.Certificate } : new Dictionary<string, string>());

    private async Task<IReadOnlyList<MimeMessage>> CustomerHasAsync(int count) =>
        await Eventually.SeesAsync($"{count} answers at the customer", () => mail.MailsAsync(MailServer.Customer), mails => mails.Count >= count, Limit);

    private async Task NothingIsOpenAsync(int mails)
    {
        var client = await TemporalClient.ConnectAsync(new(desk!.Target));
        await Eventually.SeesAsync(
            "all workflows to close",
            async () => ((await client.CountWorkflowsAsync("ExecutionStatus = 'Running'")).Count, (await client.CountWorkflowsAsync("")).Count),
            seen => seen == (0, mails),
            Limit);
    }

    private Task<(HttpStatusCode Code, string Step, string Reason)> ReadableAsync() => StateAsync(state => state.Step == "connected");

    private async Task<(HttpStatusCode Code, string Step, string Reason)> StateAsync(Func<(HttpStatusCode Code, string Step, string Reason), bool> holds)
    {
        using var http = new HttpClient { BaseAddress = desk!.Dashboard };
        return await Eventually.SeesAsync(
            "the mailbox's state",
            async () =>
            {
                using var answer = await http.GetAsync(new Uri("/email-support/mailbox", UriKind.Relative));
                var state = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
                return (answer.StatusCode, state.GetProperty("step").GetString()!, state.GetProperty("reason").GetString()!);
            },
            holds,
            Limit);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
