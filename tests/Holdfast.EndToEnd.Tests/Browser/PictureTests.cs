using System.Text.RegularExpressions;
using Holdfast.EndToEnd.Tests.EmailSupport;
using Holdfast.EndToEnd.Tests.Programs;
using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Holdfast.EndToEnd.Tests.Browser;

/// <summary>
/// Takes the pictures of the README from the running application, so that they can be taken again whenever the
/// dashboard changes. They go into <c>artifacts/pictures</c>, or into the folder that HOLDFAST_PICTURES names.
/// </summary>
[Collection(BrowserTests.Name)]
public sealed class PictureTests(Chromium chromium, ITestOutputHelper log) : IAsyncLifetime
{
    private const int TestLimitMs = 180_000;
    private const int LargestPictureBytes = 300_000;
    private const string Subject = "Charged twice in October";

    private readonly TemporaryFolder _folder = new();
    private SupportDesk _desk = null!;

    public async Task InitializeAsync() => _desk = await SupportDesk.StartWithServerAsync(_folder.FullName, "--samples");

    public async Task DisposeAsync()
    {
        log.WriteLine($"E-mail application:\n{_desk?.Output}");
        if (_desk is not null)
            await _desk.DisposeAsync();
        _folder.Delete();
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task The_pictures_of_the_README_can_be_taken_again()
    {
        var page = new DashboardPage(await chromium.OpenPageAsync(_desk.Dashboard));
        await page.OpenApprovalsAsync();
        await Expect(page.Waiting).ToHaveCountAsync(6);
        await page.OpenApprovalAsync(Subject);
        await Expect(page.Draft).ToHaveValueAsync(new Regex("^Hello Priya,"));
        await page.Name.FillAsync("Ada");
        await page.Name.BlurAsync();
        await Expect(page.Page.GetByText("Connected")).ToBeVisibleAsync();
        await TakeAsync(page, "approvals.png");

        await page.Comment.FillAsync("The refund is on its way");
        await page.PressAsync("Approve");
        await Expect(page.Toast("Approved.")).ToBeVisibleAsync();
        await page.OpenWorkflowsAsync();
        await page.Workflows.Filter(new() { HasText = Subject }).GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.Status).ToHaveTextAsync("Completed");
        await page.TimelineRow("holdfast_decide_approval").GetByRole(AriaRole.Button).First.ClickAsync();
        await page.Page.Locator(".history").EvaluateAsync("history => window.scrollTo(0, history.offsetTop - document.querySelector('header').offsetHeight - 12)");
        await TakeAsync(page, "workflow.png");
    }

    private static async Task TakeAsync(DashboardPage page, string name)
    {
        var folder = Environment.GetEnvironmentVariable("HOLDFAST_PICTURES") is { Length: > 0 } given
            ? Path.GetFullPath(given)
            : Path.Combine(Repository.Root, "artifacts", "pictures");
        var picture = await page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name) });
        Assert.InRange(picture.Length, 1, LargestPictureBytes);
    }
}
