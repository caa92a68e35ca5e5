using System.Net;
using System.Text.RegularExpressions;
using Holdfast.AI.Approvals;
using Holdfast.AI.Approvals.Links;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Temporalio.Client;

namespace Holdfast.AI.Tests.Approvals;

/// <summary>A host of the pages behind links, with its own keys and its own clock, over a real connection.</summary>
internal sealed partial class LinkHost : IAsyncDisposable
{
    private WebApplication app = null!;

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public Dictionary<string, IReadOnlyList<string>> Groups { get; } = [];

    public static async Task<LinkHost> StartAsync(ITemporalClient client)
    {
        var host = new LinkHost();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddSingleton<TimeProvider>(host.Clock);
        builder.Services.AddApprovalLinks(options =>
        {
            // Links name the address that the outside knows; the tests open their path on this host.
            options.PublicUrl = new("https://approve.example/");
            options.Client = (ns, _) => Task.FromResult<ITemporalClient>(new TemporalClient(client.Connection, new() { Namespace = ns }));
            options.GroupsOf = person => host.Groups.GetValueOrDefault(person, []);
        });
        host.app = builder.Build();
        host.app.MapApprovalLinks();
        await host.app.StartAsync();
        return host;
    }

    /// <summary>The path of a person's link to a request.</summary>
    public string PathFor(WorkflowHandle run, ApprovalView view, string person, string ns = "default") => app.Services.GetRequiredService<ApprovalLinks>()
        .For(ns, run.Id, run.ResultRunId!, view.Id, view.ContentHash, person, view.ExpiresAt)!.AbsolutePath;

    /// <summary>A browser of its own, with its own cookies.</summary>
    public Browser OpenBrowser() => new(new Uri(app.Urls.Single()));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    internal sealed partial class Browser(Uri home) : IDisposable
    {
        private readonly HttpClient http = new(new SocketsHttpHandler { CookieContainer = new() }) { BaseAddress = home };

        public async Task<(HttpStatusCode Status, string Page)> GetAsync(string path)
        {
            using var answer = await http.GetAsync(path);
            return (answer.StatusCode, await TextAsync(answer));
        }

        public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
        {
            using var request = new HttpRequestMessage(method, path);
            return await http.SendAsync(request);
        }

        /// <summary>Opens the page and gives what its form would send.</summary>
        public async Task<Dictionary<string, string>> OpenAsync(string path, string verdict = "approve", string? content = null)
        {
            var (status, page) = await GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, status);
            var field = HiddenField().Match(page);
            Assert.True(field.Success, page);
            var form = new Dictionary<string, string> { [field.Groups[1].Value] = field.Groups[2].Value, ["confirm"] = "yes", ["verdict"] = verdict };
            if (content is not null)
                form["content"] = content;
            return form;
        }

        public async Task<(HttpStatusCode Status, string Page)> PostAsync(string path, Dictionary<string, string> form)
        {
            using var body = new FormUrlEncodedContent(form);
            using var answer = await http.PostAsync(path, body);
            return (answer.StatusCode, await TextAsync(answer));
        }

        public void Dispose() => http.Dispose();

        private static async Task<string> TextAsync(HttpResponseMessage answer) => WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());

        [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]+)">""")]
        private static partial Regex HiddenField();
    }
}
