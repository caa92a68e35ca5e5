using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.EndToEnd.Tests.EmailSupport;
using Holdfast.EndToEnd.Tests.Programs;
using Xunit.Abstractions;

namespace Holdfast.EndToEnd.Tests.TypeScriptSdk;

/// <summary><c>samples/ApprovalFromTypeScript</c> as a user runs it: beside the e-mail application, which asks on its behalf.</summary>
public sealed class ApprovalSampleTests(ITestOutputHelper log) : IAsyncLifetime, IDisposable
{
    private const int TestLimitMs = 300_000;
    private static readonly string Sample = Path.Combine(Repository.Root, "samples", "ApprovalFromTypeScript");
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private SupportDesk _desk = null!;

    public async Task InitializeAsync() => _desk = await SupportDesk.StartWithSettingsAsync(_folder.FullName, "{}", new Dictionary<string, string>());

    public async Task DisposeAsync()
    {
        log.WriteLine($"E-mail application:\n{_desk?.Output}");
        if (_desk is not null)
            await _desk.DisposeAsync();
        _folder.Delete();
    }

    public void Dispose() => _http.Dispose();

    [Fact(Timeout = TestLimitMs)]
    public async Task A_TypeScript_workflow_asks_survives_a_kill_and_pays_what_a_person_made_of_it()
    {
        await BuildAsync();
        await using (var first = await StartAsync())
        {
            await WaitingAsync();
            await first.KillAsync();
        }

        await _desk.KillAsync();
        await _desk.StartAgainAsync();
        var url = await WaitingAsync();
        await using var second = await StartAsync();
        var asked = await _http.GetFromJsonAsync<JsonElement>(url);
        using var decided = await _http.PostAsJsonAsync($"{url}/decision", new
        {
            verdict = "approve",
            by = "Ada",
            content = "40 euros, by bank transfer",
            contentHash = asked.GetProperty("approval").GetProperty("contentHash").GetString(),
        });

        Assert.True(decided.IsSuccessStatusCode, await decided.Content.ReadAsStringAsync());
        Assert.Equal(0, await second.EndAsync(StepLimit));
        Assert.Contains("paid order 7: 40 euros, by bank transfer (idempotency key refund-7/pay)", second.Output, StringComparison.Ordinal);
    }

    private static async Task BuildAsync()
    {
        var installed = new FileInfo(Path.Combine(Sample, "node_modules", ".package-lock.json"));
        if (!installed.Exists || installed.LastWriteTimeUtc < File.GetLastWriteTimeUtc(Path.Combine(Sample, "package-lock.json")))
            await ProgramUnderTest.RunAsync(new ProcessStartInfo("npm", ["ci", "--no-progress"]) { WorkingDirectory = Sample }, InstallLimit);
        await ProgramUnderTest.RunAsync(new ProcessStartInfo("node", ["node_modules/typescript/bin/tsc"]) { WorkingDirectory = Sample }, InstallLimit);
    }

    private Task<ProgramUnderTest> StartAsync()
    {
        var start = new ProcessStartInfo("node", ["lib/main.js", "7"]) { WorkingDirectory = Sample };
        start.Environment["TEMPORAL_ADDRESS"] = _desk.Target;
        return ProgramUnderTest.StartAsync(start, "asked", StepLimit);
    }

    /// <summary>The address of the request, once it is in the inbox.</summary>
    private async Task<Uri> WaitingAsync() => new(_desk.Dashboard, await Eventually.SeesAsync(
        "the request in the inbox",
        async () =>
        {
            var inbox = await _http.GetFromJsonAsync<JsonElement>(new Uri(_desk.Dashboard, "/api/approvals"));
            return inbox.GetProperty("approvals").EnumerateArray()
                .Where(one => one.GetProperty("subject").GetString() == "Refund of order 7").Select(one => one.GetProperty("url").GetString()).FirstOrDefault() ?? "";
        },
        seen => seen.Length > 0,
        StepLimit));
}
