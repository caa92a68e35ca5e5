using System.Text.Json;
using Holdfast.EndToEnd.Tests.EmailSupport;
using Holdfast.EndToEnd.Tests.Programs;
using Microsoft.Playwright;
using Temporalio.Client;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Holdfast.EndToEnd.Tests.Browser;

/// <summary>Two people who must agree, each before their own browser.</summary>
[Collection(BrowserTests.Name)]
public sealed class QuorumTests(Chromium chromium, ITestOutputHelper log) : IAsyncLifetime
{
    private const int TestLimitMs = 180_000;
    private const string Subject = "Refund of order 7";

    private readonly TemporaryFolder _folder = new();
    private SupportDesk _desk = null!;

    public async Task InitializeAsync() => _desk = await SupportDesk.StartWithSettingsAsync(_folder.FullName, "{}", new Dictionary<string, string>());

    public async Task DisposeAsync()
    {
        log.WriteLine($"E-mail application:\n{_desk?.Output}");
        if (_desk is not null)
            await _desk.DisposeAsync();
        _folder.Delete();
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task The_second_person_sees_what_the_first_changed_and_completes_the_quorum()
    {
        var client = await TemporalClient.ConnectAsync(new(_desk.Target));
        var order = new
        {
            subject = Subject,
            content = "We pay back 49 euros.\nKind regards",
            assignees = (IReadOnlyList<string>)["ada@shop.example", "ben@shop.example"],
            quorum = 2,
            requestedBy = "bot",
            escalation = (IReadOnlyList<object>)[new { after = "8h", assignTo = (IReadOnlyList<string>)["group:leads"] }],
        };
        var run = await client.StartWorkflowAsync("HoldfastApproval", [order], new("refund-7", "email-support"));
        var ada = new DashboardPage(await chromium.OpenPageAsync(_desk.Dashboard));
        var ben = new DashboardPage(await chromium.OpenPageAsync(_desk.Dashboard));

        await ada.OpenApprovalAsync(Subject);
        var request = ben.Page.GetByLabel("Request", new() { Exact = true });
        await ben.OpenApprovalAsync(Subject);
        await Expect(request).ToContainTextAsync("for ada@shop.example, ben@shop.example");
        await Expect(request).ToContainTextAsync("0 of 2 approvals");
        await Expect(request).ToContainTextAsync("goes to group:leads in");

        // Who is not among them is told so, and finds nothing among their own.
        await ben.Name.FillAsync("eve@shop.example");
        await ben.PressAsync("Approve");
        await Expect(ben.Problem).ToContainTextAsync("eve@shop.example is not among them.");
        await ben.Page.GetByRole(AriaRole.Button, new() { Name = "Mine" }).ClickAsync();
        await Expect(ben.Waiting).ToHaveCountAsync(0);
        await ben.Name.FillAsync("ben@shop.example");
        await Expect(ben.Waiting).ToHaveCountAsync(1);

        await ada.Draft.FillAsync("We pay back 40 euros.\nKind regards");
        await ada.Name.FillAsync("ada@shop.example");
        await ada.PressAsync("Approve with changes");
        await Expect(ada.Toast("Approved with your changes. 1 more must.")).ToBeVisibleAsync();

        // Ben's page, open all the while, follows: he had typed nothing, so he goes on from Ada's text.
        await Expect(request).ToContainTextAsync("1 of 2 approvals");
        await Expect(ben.Page.GetByLabel("Votes")).ToContainTextAsync("ada@shop.example approved with changes");
        await Expect(ben.Page.GetByLabel("Votes")).ToContainTextAsync("We pay back 40 euros.");
        await Expect(ben.Draft).ToHaveValueAsync("We pay back 40 euros.\nKind regards");
        await ben.PressAsync("Approve");
        await Expect(ben.Toast("Approved.")).ToBeVisibleAsync();

        var result = await run.GetResultAsync<JsonElement>();
        Assert.Equal("We pay back 40 euros.\nKind regards", result.GetProperty("content").GetString());
        Assert.Equal(2, result.GetProperty("approval").GetProperty("votes").GetArrayLength());
    }
}
