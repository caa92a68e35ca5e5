using Holdfast.EndToEnd.Tests.EmailSupport;
using Holdfast.EndToEnd.Tests.Programs;
using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Holdfast.EndToEnd.Tests.Browser;

/// <summary>Costs, budgets and keys, as an operator sees and changes them.</summary>
[Collection(BrowserTests.Name)]
public sealed class AIPagesTests(Chromium chromium, ITestOutputHelper log) : IAsyncLifetime
{
    private const int TestLimitMs = 180_000;

    private const string Secret = "sk-ant-api03-canary-0123456789-abcdefghij-WXYZ";

    private readonly TemporaryFolder _folder = new();
    private SupportDesk _desk = null!;
    private DashboardPage _page = null!;

    public async Task InitializeAsync()
    {
        _desk = await SupportDesk.StartWithServerAsync(_folder.FullName, "--samples");
        _page = new(await chromium.OpenPageAsync(_desk.Dashboard));
    }

    public async Task DisposeAsync()
    {
        log.WriteLine($"E-mail application:\n{_desk?.Output}");
        if (_desk is not null)
            await _desk.DisposeAsync();
        _folder.Delete();
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task Costs_are_shown_by_tenant_model_and_workflow_and_what_nobody_knows_is_called_unknown()
    {
        await _page.Page.GotoAsync("/costs");

        await Expect(Row("By tenant", "default")).ToContainTextAsync("unknown", new() { Timeout = 60_000 });
        await Expect(Row("By model", "offline/")).ToHaveCountAsync(1);
        await Expect(Row("By workflow", "EmailSupportWorkflow")).ToHaveCountAsync(1);
        await Expect(_page.Section("Newest requests")).ToContainTextAsync("answered");
        await TakeAsync("costs.png");
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_budget_is_set_fills_up_and_is_topped_up()
    {
        await _page.Page.GotoAsync("/budgets");
        await NameAsync();
        await _page.Page.GetByLabel("Budget", new() { Exact = true }).FillAsync("monthly");
        await _page.Page.GetByLabel("USD", new() { Exact = true }).FillAsync("25");
        await _page.PressAsync("Set budget");
        await Expect(_page.Toast("The budget monthly is set.")).ToBeVisibleAsync();
        await Expect(_page.Section("Budgets")).ToContainTextAsync("25.00");

        // An account is there from the first request that counts in it.
        _desk.Drop("more.eml", """
            From: Ada <ada@customer.example>
            To: support@holdfast.example
            Subject: Thanks
            Message-ID: <more@customer.example>
            Date: Mon, 02 Nov 2026 10:00:00 +0000

            Thank you for your help!
            """u8.ToArray());
        var account = _page.Section("What is left").GetByRole(AriaRole.Row).Filter(new() { HasText = "monthly" });
        await Expect(account).ToContainTextAsync("25.00", new() { Timeout = 60_000 });
        await account.GetByRole(AriaRole.Spinbutton).FillAsync("10");
        await account.GetByRole(AriaRole.Button, new() { Name = "Top up" }).ClickAsync();
        await Expect(account).ToContainTextAsync("35.00");
        await Expect(_page.Section("What happened")).ToContainTextAsync("Ada");
        await TakeAsync("budgets.png");
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_key_goes_in_and_never_comes_out_again()
    {
        // With the provider set up: a key for one that is not is refused. Nothing is sent to it here.
        await _desk.KillAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "holdfast.json"), """{ "Models": { "Use": "Anthropic" } }""");
        await _desk.StartAgainAsync();
        await _page.Page.GotoAsync("/keys");
        await NameAsync();
        var put = _page.Section("Put a key in");
        await put.GetByLabel("Tenant").FillAsync("acme");
        await put.GetByLabel("Name (what models refer to)").FillAsync("writer");
        await put.GetByLabel("Key", new() { Exact = true }).FillAsync(Secret);
        await _page.PressAsync("Put in");

        await Expect(_page.Toast("The key acme/writer is in, as version 1.")).ToBeVisibleAsync();
        var row = _page.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "…WXYZ" });
        await Expect(row).ToHaveCountAsync(1);
        await TakeAsync("keys.png");
        Assert.DoesNotContain(Secret, await _page.Page.ContentAsync(), StringComparison.Ordinal);
        await Expect(put.GetByLabel("Key", new() { Exact = true })).ToHaveValueAsync("");

        await row.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(row).ToContainTextAsync("revoked");
        Assert.DoesNotContain(Secret, _desk.Output, StringComparison.Ordinal);
    }

    private ILocator Row(string section, string text) =>
        _page.Section(section).GetByRole(AriaRole.Row).Filter(new() { HasText = text });

    private async Task NameAsync()
    {
        await _page.Name.FillAsync("Ada");
        await _page.Name.BlurAsync();
    }

    private Task TakeAsync(string name) => Environment.GetEnvironmentVariable("HOLDFAST_PICTURES") is { Length: > 0 } folder
        ? _page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name), FullPage = true })
        : Task.CompletedTask;
}
