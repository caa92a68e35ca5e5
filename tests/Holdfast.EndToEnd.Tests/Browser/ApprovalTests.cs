using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.EndToEnd.Tests.EmailSupport;
using Holdfast.EndToEnd.Tests.Programs;
using Microsoft.Playwright;
using MimeKit;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Holdfast.EndToEnd.Tests.Browser;

/// <summary>
/// The product's main job as a person does it: a mail is dropped into a folder, waits in the inbox of the
/// dashboard, and what the person decides there is what is sent.
/// </summary>
[Collection(BrowserTests.Name)]
public sealed class ApprovalTests(Chromium chromium, ITestOutputHelper log) : IAsyncLifetime
{
    private const int TestLimitMs = 180_000;
    private const string Subject = "Charged twice in October";
    private const string MailText = "my credit card was charged twice for invoice INV-2031, 49 euros each time. Please refund one of the two payments.";
    private const string FirstMail = "first-contact@nair-design.example";
    private const string ThisMail = "charged-twice@nair-design.example";
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private SupportDesk _desk = null!;

    public async Task InitializeAsync() => _desk = await SupportDesk.StartWithServerAsync(_folder.FullName);

    public async Task DisposeAsync()
    {
        log.WriteLine($"E-mail application:\n{_desk?.Output}");
        if (_desk is not null)
            await _desk.DisposeAsync();
        _folder.Delete();
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_mail_that_needs_a_person_is_read_edited_approved_and_sent_as_edited()
    {
        var page = await OpenAsync();
        await page.OpenWorkflowsAsync();
        await Expect(page.Page.GetByText("No workflows yet")).ToBeVisibleAsync();

        _desk.Drop(BillingMail());

        // The list that is open shows it without being asked.
        await Expect(page.Workflows).ToHaveCountAsync(1);
        await Expect(page.Workflows).ToContainTextAsync($"Priya Nair <priya@nair-design.example> · {Subject}");
        await Expect(page.StatusChip("Running")).ToContainTextAsync("1");

        await page.OpenApprovalAsync(Subject);
        await Expect(page.Context("From")).ToHaveTextAsync("Priya Nair <priya@nair-design.example>");
        await Expect(page.Context("E-mail")).ToContainTextAsync(MailText);
        await Expect(page.Context("Why you are asked")).ToContainTextAsync("It is about money.");
        await Expect(page.Draft).ToHaveValueAsync(new Regex("^Hello Priya,"));
        Assert.Empty(_desk.Outbox());

        const string edited = "Dear Priya,\n\nwe have refunded 49 € to your card today.\n\nKind regards\nAda";
        await page.Draft.FillAsync(edited);
        await page.Name.FillAsync("Ada");
        await page.PressAsync("Approve with changes");

        await Expect(page.Toast("Approved with your changes.")).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("Nothing waits for you")).ToBeVisibleAsync();
        var sent = await SentReplyAsync();
        Assert.Equal(edited, sent.TextBody!.ReplaceLineEndings("\n").TrimEnd());
        Assert.Equal("priya@nair-design.example", Assert.Single(sent.To.Mailboxes).Address);
        Assert.Equal($"Re: {Subject}", sent.Subject);
        Assert.Equal(ThisMail, sent.InReplyTo);
        Assert.Equal([FirstMail, ThisMail], sent.References);

        await page.OpenWorkflowsAsync();
        await Expect(page.StatusChip("Completed")).ToContainTextAsync("1");
        await Expect(page.Workflows.Locator(".status")).ToHaveTextAsync("Completed");
        await page.Workflows.GetByRole(AriaRole.Link).ClickAsync();
        await AssertTellsTheWholeStoryAsync(page, sent);
        Assert.Single(_desk.Outbox());
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_rejected_reply_is_not_sent_and_its_workflow_says_who_rejected_it_and_why()
    {
        _desk.Drop(BillingMail());
        var page = await OpenAsync();
        await page.OpenApprovalAsync(Subject);
        var request = page.Page.Url;

        await page.Comment.FillAsync("Answered by telephone");
        await page.Name.FillAsync("Ada");
        await page.PressAsync("Reject");

        await Expect(page.Toast("Rejected.")).ToBeVisibleAsync();
        // What is decided can still be looked at.
        await page.Page.GotoAsync(request);
        await Expect(page.Page.GetByLabel("Request", new() { Exact = true })).ToContainTextAsync("Rejected");
        await page.OpenItsWorkflowAsync();
        await Expect(page.Status).ToHaveTextAsync("Completed");
        await Expect(page.Section("Result")).ToContainTextAsync("Ada rejected the reply: Answered by telephone");
        // The workflow is closed, so nothing can be on its way any more.
        Assert.Empty(_desk.Outbox());
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task The_second_of_two_people_is_told_who_was_first_and_one_reply_is_sent()
    {
        _desk.Drop(BillingMail());
        var ada = await OpenAsync();
        var bob = await OpenAsync();
        await ada.OpenApprovalAsync(Subject);
        await bob.OpenApprovalAsync(Subject);
        await Expect(bob.Draft).ToBeVisibleAsync();
        // Bob looks at another tab meanwhile, so his page does not follow what happens.
        await bob.SetInBackgroundAsync(true);

        await ada.Draft.FillAsync("Dear Priya, Ada answers you.");
        await ada.Name.FillAsync("Ada");
        await ada.PressAsync("Approve with changes");
        await Expect(ada.Toast("Approved with your changes.")).ToBeVisibleAsync();

        await bob.Draft.FillAsync("Dear Priya, Bob answers you.");
        await bob.Name.FillAsync("Bob");
        await bob.PressAsync("Approve with changes");
        await bob.SetInBackgroundAsync(false);

        await Expect(bob.Problem).ToContainTextAsync("Not recorded.");
        await Expect(bob.Problem).ToContainTextAsync("was already approved by Ada");
        Assert.Contains("Ada answers you", (await SentReplyAsync()).TextBody, StringComparison.Ordinal);
        await bob.OpenItsWorkflowAsync();
        await Expect(bob.Status).ToHaveTextAsync("Completed");
        Assert.Single(_desk.Outbox());
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task An_approval_survives_the_process_being_killed_while_it_waits()
    {
        _desk.Drop(BillingMail());
        var page = await OpenAsync();
        await page.OpenApprovalAsync(Subject);
        await Expect(page.Draft).ToBeVisibleAsync();

        await _desk.KillAsync();
        await Expect(page.Page.GetByText("The connection to the dashboard is lost.").First).ToBeVisibleAsync();
        await _desk.StartAgainAsync();

        // The page that was open finds the new process by itself, or the person presses what it offers.
        await Expect(page.Page.GetByText("The connection to the dashboard is lost.").First).ToBeHiddenAsync();
        await page.OpenApprovalAsync(Subject);
        await Expect(page.Context("E-mail")).ToContainTextAsync(MailText);
        await page.Name.FillAsync("Ada");
        await page.PressAsync("Approve");
        await Expect(page.Toast("Approved.")).ToBeVisibleAsync();

        var sent = await SentReplyAsync();
        Assert.StartsWith("Hello Priya,", sent.TextBody, StringComparison.Ordinal);
        Assert.Equal(ThisMail, sent.InReplyTo);
        Assert.Single(_desk.Outbox());
    }

    private static async Task AssertTellsTheWholeStoryAsync(DashboardPage page, MimeMessage sent)
    {
        await Expect(page.Status).ToHaveTextAsync("Completed");
        await Expect(page.Section("Input")).ToContainTextAsync("INV-2031");
        await Expect(page.Section("Result")).ToContainTextAsync("\"answered\"");
        await Expect(page.Section("Result")).ToContainTextAsync(sent.MessageId!);

        // Each step, with what went in and what came out once it is opened.
        (string Step, string In, string Out)[] story =
        [
            ("support-reader", "INV-2031", "billing"),
            ("support-writer", "INV-2031", "Hello Priya,"),
            ("holdfast_decide_approval", "refunded 49 €", "\"approved\""),
            ("SendReply", "refunded 49 €", sent.MessageId!),
        ];
        foreach (var (step, given, got) in story)
        {
            var row = page.TimelineRow(step);
            await Expect(row).ToHaveCountAsync(1);
            await Expect(row).ToContainTextAsync("Completed");
            await row.GetByRole(AriaRole.Button).First.ClickAsync();
            await Expect(row.Locator(".payload").First).ToContainTextAsync(given);
            await Expect(row.Locator(".payload").Last).ToContainTextAsync(got);
        }
    }

    private static MimeMessage BillingMail()
    {
        var mail = new MimeMessage
        {
            MessageId = ThisMail,
            InReplyTo = FirstMail,
            Subject = Subject,
            Date = DateTimeOffset.Parse("2026-11-02T11:15:00Z", CultureInfo.InvariantCulture),
            Body = new TextPart("plain") { Text = $"Hello,\n\n{MailText}\n\nKind regards\nPriya Nair\n" },
        };
        mail.From.Add(new MailboxAddress("Priya Nair", "priya@nair-design.example"));
        mail.To.Add(new MailboxAddress("Support", "support@holdfast.example"));
        return mail;
    }

    private async Task<DashboardPage> OpenAsync() => new(await chromium.OpenPageAsync(_desk.Dashboard));

    private async Task<MimeMessage> SentReplyAsync()
    {
        var outbox = await Eventually.SeesAsync("a reply in the outbox", () => Task.FromResult(_desk.Outbox()), sent => sent.Count > 0, StepLimit);
        return Assert.Single(outbox);
    }
}
