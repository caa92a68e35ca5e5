using Microsoft.Playwright;

namespace Holdfast.EndToEnd.Tests.Browser;

/// <summary>
/// The machine's own Chromium without a window, driven by Playwright. One for all browser tests; each page has
/// a profile of its own, so no test sees what another left.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string PathVariable = "HOLDFAST_CHROMIUM";

    // Enough for a page that waits for other programs on a busy machine; what is shown is shown in a moment.
    private const float StepLimitMs = 30_000;

    // As the distributions name it, best known first.
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    // No sandbox: root, as in a container of CI, may not have one. The rest keeps the browser from calling home.
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async Task InitializeAsync()
    {
        var executable = Find();
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(StepLimitMs);
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = executable, Headless = true, Args = Flags });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A page of one more viewer, 1280 by 800, light, in English.</summary>
    /// <param name="dashboard">The address that the page's own addresses are relative to.</param>
    internal async Task<IPage> OpenPageAsync(Uri dashboard)
    {
        var profile = await _browser.NewContextAsync(new()
        {
            BaseURL = dashboard.AbsoluteUri,
            ViewportSize = new() { Width = 1280, Height = 800 },
            ColorScheme = ColorScheme.Light,
            Locale = "en-GB",
            TimezoneId = "UTC",
        });
        profile.SetDefaultTimeout(StepLimitMs);
        return await profile.NewPageAsync();
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } given)
        {
            Assert.True(File.Exists(given), $"{PathVariable} names {given}, which is not there.");
            return given;
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var found = Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        Assert.True(
            found is not null,
            $"The browser tests need Chromium, and none of {string.Join(", ", Names)} is on the PATH. "
            + $"Install the distribution's package (on Debian: apt-get install chromium), or name an executable in {PathVariable}.");
        return found;
    }
}
