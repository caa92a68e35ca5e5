using System.Globalization;
using System.Net;
using System.Text.Json;
using Holdfast.EndToEnd.Tests.MailServers;
using Holdfast.EndToEnd.Tests.Programs;
using MimeKit;
using Temporalio.Client;
using Xunit.Abstractions;

namespace Holdfast.EndToEnd.Tests.EmailSupport;

/// <summary>A mail server and the application on it.</summary>
public abstract class MailServerTest(ITestOutputHelper log) : IAsyncLifetime
{
    protected const int TestLimitMs = 180_000;
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();

    internal MailServer Mail { get; private set; } = null!;

    internal SupportDesk? Desk { get; set; }

    public async Task InitializeAsync() => Mail = await MailServer.StartAsync();

    public async Task DisposeAsync()
    {
        log.WriteLine($"E-mail application:\n{Desk?.Output}\nMail servers:\n{Mail?.Log}");
        if (Desk is not null)
            await Desk.DisposeAsync();
        if (Mail is not null)
            await Mail.DisposeAsync();
        folder.Delete();
    }

    private protected static MimeMessage Question(int number) => Letter($"q{Text(number)}", "Signing in", "How can I set a new password?");

    private protected static MimeMessage Letter(string id, string subject, string text)
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

    private protected static byte[] Bytes(MimeMessage message)
    {
        using var bytes = new MemoryStream();
        message.WriteTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>What <c>holdfast.json</c> says.</summary>
    private protected string Settings(string security, string pollEvery = "5s", string followUp = "none", int? smtpPort = null) => JsonSerializer.Serialize(
        new Dictionary<string, object>
        {
            ["Support"] = new { Address = MailServer.Support, Name = "Desk", FollowUp = followUp },
            ["Imap"] = new
            {
                Host = "localhost",
                Port = security == "Tls" ? Mail.ImapsPort : Mail.ImapPort,
                Security = security,
                User = MailServer.Support,
                MailServer.Password,
                PollEvery = pollEvery,
            },
            ["Smtp"] = new { Host = "localhost", Port = smtpPort ?? Mail.SmtpPort, Security = security == "Tls" ? "StartTls" : security, User = MailServer.Support, MailServer.Password },
        });

    private protected Task<SupportDesk> StartAsync(string settings, bool trusted = true) => SupportDesk.StartWithSettingsAsync(
        folder["desk"], settings, trusted ? new Dictionary<string, string> { ["SSL_CERT_FILE"] = Mail.Certificate } : new Dictionary<string, string>());

    private protected async Task<IReadOnlyList<MimeMessage>> CustomerHasAsync(int count) =>
        await Eventually.SeesAsync($"{count} answers at the customer", () => Mail.MailsAsync(MailServer.Customer), mails => mails.Count >= count, Limit);

    private protected async Task NothingIsOpenAsync(int mails)
    {
        var client = await TemporalClient.ConnectAsync(new(Desk!.Target));
        await Eventually.SeesAsync(
            "all workflows to close",
            // All first: the other way round, a workflow that starts in between would pass for one that has closed.
            async () => ((await client.CountWorkflowsAsync("")).Count, (await client.CountWorkflowsAsync("ExecutionStatus = 'Running'")).Count),
            seen => seen == (mails, 0),
            Limit);
    }

    private protected Task<(HttpStatusCode Code, string Step, string Reason)> ReadableAsync() => StateAsync(state => state.Step == "connected");

    private protected async Task<(HttpStatusCode Code, string Step, string Reason)> StateAsync(Func<(HttpStatusCode Code, string Step, string Reason), bool> holds)
    {
        using var http = new HttpClient { BaseAddress = Desk!.Dashboard };
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

    private protected static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
