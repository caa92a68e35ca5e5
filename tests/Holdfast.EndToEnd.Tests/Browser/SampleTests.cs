using System.Text;
using Holdfast.EndToEnd.Tests.EmailSupport;
using Holdfast.EndToEnd.Tests.Programs;
using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Holdfast.EndToEnd.Tests.Browser;

/// <summary>A newcomer's first minute: the sample e-mails, each kind treated as its kind.</summary>
[Collection(BrowserTests.Name)]
public sealed class SampleTests(Chromium chromium, ITestOutputHelper log) : IAsyncLifetime
{
    private const int TestLimitMs = 180_000;
    private const int Samples = 10;
    private static readonly TimeSpan NewcomersPatience = TimeSpan.FromMinutes(1);

    private static readonly string[] NeedAPerson =
    [
        "Charged twice in October", "Error 500 when I save a report", "THIS IS UNACCEPTABLE", "Rückfrage zu meiner Rechnung",
        "Question about teams", "Our signed order form",
    ];

    private static readonly string[] AnsweredAtOnce = ["Re: How do I change my password?", "Re: Thank you"];

    private readonly TemporaryFolder _folder = new();
    private SupportDesk? _desk;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        log.WriteLine($"E-mail application:\n{_desk?.Output}");
        if (_desk is not null)
            await _desk.DisposeAsync();
        _folder.Delete();
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task The_samples_show_every_kind_of_mail_within_a_minute()
    {
        _desk = await SupportDesk.StartWithServerAsync(_folder.FullName, "--samples");
        _desk.Drop("broken.eml", Encoding.ASCII.GetBytes("Subject: No sender\r\n\r\nWho am I?\r\n"));
        var page = new DashboardPage(await chromium.OpenPageAsync(_desk.Dashboard));

        await AssertAllKindsAsync(page);

        var rejected = await Eventually.SeesAsync("the broken mail to be rejected", () => Task.FromResult(_desk.Rejected()), seen => seen.Count == 2, NewcomersPatience);
        Assert.Equal(["broken.eml", "broken.eml.reason.txt"], rejected.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("no usable sender", await File.ReadAllTextAsync(rejected.Single(file => file.EndsWith(".txt", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task The_button_on_an_empty_dashboard_brings_the_samples()
    {
        _desk = await SupportDesk.StartWithServerAsync(_folder.FullName);
        var page = new DashboardPage(await chromium.OpenPageAsync(_desk.Dashboard));
        await page.OpenWorkflowsAsync();

        await page.PressAsync("Add sample e-mails");

        await AssertAllKindsAsync(page);
    }

    private async Task AssertAllKindsAsync(DashboardPage page)
    {
        var aMinute = (float)NewcomersPatience.TotalMilliseconds;
        await page.OpenWorkflowsAsync();
        await Expect(page.Workflows).ToHaveCountAsync(Samples, new() { Timeout = aMinute });
        await Expect(page.StatusChip("Completed")).ToContainTextAsync("4", new() { Timeout = aMinute });
        await Expect(page.StatusChip("Running")).ToContainTextAsync("6");
        await page.OpenApprovalsAsync();
        await Expect(page.Waiting).ToHaveCountAsync(NeedAPerson.Length);
        foreach (var subject in NeedAPerson)
            await Expect(page.Waiting.Filter(new() { HasText = subject })).ToHaveCountAsync(1);

        await AssertIsNotAnsweredAsync(page, "You have WON 1,000,000", "It is spam.");
        await AssertIsNotAnsweredAsync(page, "Automatic reply: Your ticket", "auto-replied");
        // All that may be answered without a person is closed, so nothing more can come.
        Assert.Equal(AnsweredAtOnce, _desk!.Outbox().Select(reply => reply.Subject).Order(StringComparer.Ordinal));
    }

    private static async Task AssertIsNotAnsweredAsync(DashboardPage page, string subject, string reason)
    {
        await page.OpenWorkflowsAsync();
        await page.Workflows.Filter(new() { HasText = subject }).GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.Status).ToHaveTextAsync("Completed");
        await Expect(page.Section("Result")).ToContainTextAsync("\"not answered\"");
        await Expect(page.Section("Result")).ToContainTextAsync(reason);
    }
}
