using System.Text.Json;
using Holdfast.EndToEnd.Tests.EmailSupport;
using Holdfast.EndToEnd.Tests.Programs;
using Holdfast.Tests.StandIns;
using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Holdfast.EndToEnd.Tests.Browser;

/// <summary>A draft that is watched while the model writes it.</summary>
[Collection(BrowserTests.Name)]
public sealed class LiveAnswerTests(Chromium chromium, ITestOutputHelper log) : IAsyncLifetime
{
    private const int TestLimitMs = 180_000;

    private readonly TemporaryFolder _folder = new();
    private readonly TaskCompletionSource _goOn = new();
    private ProviderStandIn _provider = null!;
    private SupportDesk _desk = null!;
    private DashboardPage _page = null!;

    public async Task InitializeAsync()
    {
        _provider = await ProviderStandIn.StartAsync(Answer);
        var settings = new { Models = new { Anthropic = new { ApiKey = "test-key", BaseUrl = _provider.Address } } };
        _desk = await SupportDesk.StartWithSettingsAsync(_folder.FullName, JsonSerializer.Serialize(settings), new Dictionary<string, string>());
        _page = new(await chromium.OpenPageAsync(_desk.Dashboard));
    }

    public async Task DisposeAsync()
    {
        log.WriteLine($"E-mail application:\n{_desk?.Output}");
        if (_desk is not null)
            await _desk.DisposeAsync();
        await _provider.DisposeAsync();
        _folder.Delete();
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task The_words_of_a_draft_appear_on_its_workflows_page_while_the_model_writes_them()
    {
        _desk.Drop(SupportDesk.Mail(1, needsApproval: true));
        await OpenOnlyWorkflowAsync();

        var live = _page.Section("Model calls, live");
        await Expect(live).ToContainTextAsync("support-writer · writes");
        await Expect(live.Locator("pre")).ToHaveTextAsync("reply: Dear Grace,\n\nwe look");
        await TakeAsync("live-answer.png");
        _goOn.SetResult();

        await Expect(live).ToContainTextAsync("support-writer · complete");
        await Expect(live.Locator("pre")).ToHaveTextAsync("reply: Dear Grace,\n\nwe look into it.\nconfidence: 0.9");
        await _page.OpenApprovalAsync("Invoice 1");
        await Expect(_page.Draft).ToHaveValueAsync("Dear Grace,\n\nwe look into it.");
    }

    // The reader's answer at once; the writer's in two parts, and the second only when the test wants it.
    private StandInReply Answer(StandInRequest request)
    {
        if (!request.Streamed)
            return AnthropicWire.Answer("""{"category":"billing","language":"en","needs_approval":true,"reason":"It is about money.","summary":"s","injection_suspected":false}""");

        var begins = StandInReply.Events([.. AnthropicWire.Opening(), AnthropicWire.Piece("""{"reply":"Dear Grace,\n"""), AnthropicWire.Piece("""\nwe look""")]);
        return begins.Then(_goOn.Task, StandInReply.Events([AnthropicWire.Piece(""" into it.","citations":[],"confidence":0.9}"""), .. AnthropicWire.Closing()]));
    }

    private async Task OpenOnlyWorkflowAsync()
    {
        await _page.OpenWorkflowsAsync();
        await _page.Workflows.GetByRole(AriaRole.Link).First.ClickAsync();
    }

    private Task TakeAsync(string name) => Environment.GetEnvironmentVariable("HOLDFAST_PICTURES") is { Length: > 0 } folder
        ? _page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name), FullPage = true })
        : Task.CompletedTask;
}
