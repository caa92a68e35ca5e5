using System.Text.Json;
using Holdfast.EndToEnd.Tests.Programs;
using Xunit.Abstractions;

namespace Holdfast.EndToEnd.Tests.TypeScriptSdk;

/// <summary>
/// An e-mail workflow on the unmodified TypeScript SDK against the real executable: activities with
/// five minutes each, an approval by signal, and SIGKILL in the middle.
/// </summary>
public sealed class TypeScriptWorkflowTests(ITestOutputHelper log) : IAsyncLifetime
{
    private const string TaskQueue = "support";
    private const int TestLimitMs = 180_000;
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private HoldfastServer _server = null!;
    private ProgramUnderTest _worker = null!;

    public async Task InitializeAsync()
    {
        _server = await HoldfastServer.StartAsync(_folder.FullName);
        _worker = await StartWorkerAsync();
    }

    public async Task DisposeAsync()
    {
        log.WriteLine($"Server:\n{_server?.Output}\nWorker:\n{_worker?.Output}");
        if (_worker is not null)
            await _worker.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Delete();
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_mail_that_needs_no_human_is_answered_at_once()
    {
        await StartWorkflowAsync("mail-1", needsHuman: false);

        var outcome = await CallAsync("result", "mail-1");

        Assert.True(outcome.GetProperty("sent").GetBoolean());
        Assert.Equal(JsonValueKind.Null, outcome.GetProperty("approvedBy").ValueKind);
        Assert.Equal(["classifyEmail mail-1 1", "generateDraft mail-1 1", "sendEmail mail-1 1"], Executions());
        Assert.Equal(outcome.GetProperty("draft").GetString(), Assert.Single(Sent()));
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task A_mail_that_waits_for_approval_survives_the_server_and_the_worker_being_killed()
    {
        await StartWorkflowAsync("mail-2", needsHuman: true);
        await WaitForStageAsync("mail-2", "waiting-for-approval");

        await _server.KillAsync();
        await _worker.KillAsync();
        await _server.StartAgainAsync();

        // The approval comes while there is no worker, and outlives the server once more.
        await CallAsync("decide", "mail-2", "Ada");
        await _server.KillAsync();
        await _server.StartAgainAsync();
        Assert.Empty(Sent());

        await _worker.DisposeAsync();
        _worker = await StartWorkerAsync();
        var outcome = await CallAsync("result", "mail-2");

        Assert.True(outcome.GetProperty("sent").GetBoolean());
        Assert.Equal("Ada", outcome.GetProperty("approvedBy").GetString());
        Assert.Equal(
            ["classifyEmail mail-2 1", "generateDraft mail-2 1", "sendForApproval mail-2 1", "sendEmail mail-2 1"], Executions());
        Assert.Equal(outcome.GetProperty("draft").GetString(), Assert.Single(Sent()));
        await CallAsync("replay", "mail-2");
    }

    [Fact(Timeout = TestLimitMs)]
    public async Task An_activity_that_runs_while_the_server_is_killed_is_completed_and_not_run_again()
    {
        await File.WriteAllTextAsync(_folder["hold-mail-3"], "");
        await StartWorkflowAsync("mail-3", needsHuman: false);
        await Eventually.SeesAsync("the draft to be begun", () => Task.FromResult(string.Join(", ", Executions())), seen => seen.Contains("generateDraft"), StepLimit);

        await _server.KillAsync();
        await _server.StartAgainAsync();
        File.Delete(_folder["hold-mail-3"]);
        var outcome = await CallAsync("result", "mail-3");

        Assert.True(outcome.GetProperty("sent").GetBoolean());
        Assert.Equal(["classifyEmail mail-3 1", "generateDraft mail-3 1", "sendEmail mail-3 1"], Executions());
        Assert.Single(Sent());
        await CallAsync("replay", "mail-3");
    }

    private Task<ProgramUnderTest> StartWorkerAsync() =>
        TypeScriptProject.StartWorkerAsync(_server.Target, TaskQueue, _folder.FullName);

    private Task StartWorkflowAsync(string id, bool needsHuman) =>
        CallAsync("start", JsonSerializer.Serialize(new { id, from = "Grace", subject = "Where is my invoice?", body = "I need it today.", needsHuman }));

    private Task<string?> WaitForStageAsync(string id, string stage) =>
        Eventually.SeesAsync($"{id} to reach stage {stage}", async () => (await CallAsync("stage", id)).GetString(), seen => seen == stage, StepLimit);

    private Task<JsonElement> CallAsync(string verb, params string[] arguments) =>
        TypeScriptProject.CallAsync(_server.Target, TaskQueue, verb, arguments);

    private string[] Executions() => File.Exists(_folder["executions.log"]) ? File.ReadAllLines(_folder["executions.log"]) : [];

    private string[] Sent() =>
        Directory.Exists(_folder["outbox"]) ? [.. Directory.GetFiles(_folder["outbox"]).Select(File.ReadAllText)] : [];
}
