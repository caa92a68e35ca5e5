using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Dashboard.Tests.Hosting;

/// <summary>The dashboard in a host of its own, asked over a real connection. No server is needed for its frame.</summary>
public sealed class DashboardHostTests : IAsyncLifetime, IDisposable
{
    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private WebApplication _host = null!;
    private int _actions;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddHoldfastDashboard(options =>
        {
            options.Actions.Add(new DashboardAction("Count", "/count"));
            options.AllowedHosts.Add("holdfast.example");
            options.Pages.Add(new("Added", "added", typeof(AddedPage)));
        });
        _host = builder.Build();
        _host.MapHoldfastDashboard();
        _host.MapPost("/count", () => Interlocked.Increment(ref _actions));
        _host.MapGet("/other", () => "the host's own page");
        await _host.StartAsync();
        _browser.BaseAddress = new Uri(_host.Urls.Single());
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _browser.Dispose();

    [Fact]
    public async Task The_root_leads_to_the_workflows()
    {
        using var answer = await _browser.GetAsync("/");

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal("/workflows", answer.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("/workflows")]
    [InlineData("/workflow?id=a%2Fb")]
    [InlineData("/approvals")]
    [InlineData("/added")]
    public async Task Every_page_forbids_foreign_and_inline_scripts(string path)
    {
        using var answer = await _browser.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
    }

    [Fact]
    public async Task A_page_of_another_assembly_is_served_within_the_frame_and_named_in_the_navigation()
    {
        var page = await _browser.GetStringAsync("/added");

        Assert.Contains(AddedPage.Text, page, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"Main\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"added\"", await _browser.GetStringAsync("/workflows"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_names_only_assets_that_exist()
    {
        var page = await _browser.GetStringAsync("/workflows");

        var assets = page.Split('"').Where(part => part.StartsWith("/_dashboard/", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, assets.Count);
        foreach (var asset in assets)
        {
            using var answer = await _browser.GetAsync(asset);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(answer.Headers.CacheControl?.MaxAge > TimeSpan.FromDays(300), asset);
        }
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1:8233")]
    [InlineData("[::1]:8233")]
    [InlineData("holdfast.example")]
    public async Task A_known_name_is_answered(string host) =>
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, "/workflows", ("Host", host)));

    [Fact]
    public async Task A_name_that_somebody_else_may_own_is_refused()
    {
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await StatusAsync(HttpMethod.Get, "/workflows", ("Host", "evil.example")));
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await StatusAsync(HttpMethod.Post, "/count", ("Host", "evil.example")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, "/other", ("Host", "evil.example")));
    }

    [Fact]
    public async Task An_action_is_taken_from_the_dashboards_own_pages_only()
    {
        var own = _browser.BaseAddress!.GetLeftPart(UriPartial.Authority);

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Post, "/count", ("Origin", "https://evil.example")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Post, "/count", ("Origin", "null")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Post, "/count", ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(0, _actions);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Post, "/count", ("Origin", own)));
        Assert.Equal(1, _actions);
    }

    [Fact]
    public async Task Another_site_cannot_open_the_pages_connection() =>
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await StatusAsync(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1", ("Origin", "https://evil.example")));

    [Fact]
    public async Task On_another_port_than_its_own_the_dashboard_does_not_exist()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHoldfastDashboard();
        await using var host = builder.Build();
        host.MapHoldfastDashboard(port: 1);
        await host.StartAsync();

        using var answer = await _browser.GetAsync(host.Urls.Single() + "/workflows");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, (string Name, string Value) header)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        using var answer = await _browser.SendAsync(request);
        return answer.StatusCode;
    }
}
