using Holdfast.AI.Chat;
using Holdfast.AI.Costs;
using Holdfast.AI.Database;
using Holdfast.AI.Limits;
using Holdfast.AI.Tests.Chat;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Temporalio.Client;
using Temporalio.Worker;

namespace Holdfast.AI.Tests.Limits;

/// <summary>Workflows whose model calls wait for capacity, on a real server, with real workers.</summary>
public sealed class CapacityTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-limits-").FullName;
    private readonly AIDatabase database;
    private readonly RateLimits limits;

    public CapacityTests()
    {
        database = AIDatabase.Open(Path.Combine(folder, "ai.db"));
        limits = new(database, TimeProvider.System);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Two_workers_keep_one_limit_together()
    {
        var (now, most) = (0, 0);
        await using var provider = await ProviderStandIn.StartAsync(_ => new(async context =>
        {
            var mine = Interlocked.Increment(ref now);
            InterlockedMax(ref most, mine);
            await Task.Delay(30);
            Interlocked.Decrement(ref now);
            await AnthropicWire.Answer("Hi").SendAsync(context);
        }));
        limits.Set(new("anthropic") { Concurrency = 1 });
        await using var bench = await OpenAsync(provider);
        // Another process: it has its own services and shares but the file.
        await using var others = new ServiceCollection().AddSingleton(AIDatabase.Open(database.Path)).AddModelCosts().AddDurableChat(chat => chat
            .AddCredential("anthropic", "test-key").AddAnthropic(baseUrl: provider.Address).AddModel("agent", "anthropic", "claude-sonnet-5-5")).BuildServiceProvider();
        var client = await TemporalClient.ConnectAsync(new(bench.Client.Connection.Options.TargetHost!));
        using var worker = new TemporalWorker(client, new TemporalWorkerOptions(ChatBench.TaskQueue).AddDurableChat(others).AddAllActivities(bench.Tools).AddWorkflow<AgentWorkflow>());
        await worker.ExecuteAsync(async () =>
        {
            var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => bench.StartAsync("AgentWorkflow", $"Hi {number}")));
            foreach (var run in runs)
                Assert.Equal("Hi", (await run.EndsAsync<AgentReport>()).Text);
        });

        Assert.Equal((8, 1), (provider.Requests.Count, most));
        Assert.All(new CostLedger(database).Entries(), entry => Assert.Equal("answered", entry.Outcome));
    }

    [Fact]
    public async Task A_call_waits_longer_than_its_tries_without_a_worker_and_without_using_them_up()
    {
        var gate = new TaskCompletionSource();
        await using var provider = await ProviderStandIn.StartAsync(request => request.Number switch
        {
            1 => AnthropicWire.Answer("First").After(gate.Task),
            2 or 3 => AnthropicWire.Failure(529, "overloaded_error", "busy", ("retry-after-ms", "5")),
            _ => AnthropicWire.Answer("Second"),
        });
        limits.Set(new("anthropic") { Concurrency = 1 });
        await using var bench = await OpenAsync(provider);
        var first = await bench.StartAsync("AgentWorkflow", "first");
        await Eventually.SeesAsync("the first request", () => Task.FromResult(provider.Requests.IsEmpty ? null : provider));
        // As if requests took a twentieth of a second: the others ask again that often.
        database.Write(transaction => transaction.Execute("UPDATE rate_bucket SET duration_ms = 50"));

        // Four tries are allowed. It waits more often than that, at last by a timer, and then fails twice before it is answered.
        var second = await bench.StartAsync("AgentWorkflow", "second");
        await Eventually.SeesAsync("a wait by a timer", async () =>
            (await second.FetchHistoryAsync()).Events.FirstOrDefault(happened => happened.TimerStartedEventAttributes is not null));
        Assert.Single(provider.Requests);
        gate.SetResult();

        Assert.Equal("First", (await first.EndsAsync<AgentReport>()).Text);
        var report = await second.EndsAsync<AgentReport>();
        Assert.Equal("Second", report.Text);
        Assert.Equal(["ProviderOverloaded", "ProviderOverloaded", "answered"], report.Attempts.Select(attempt => attempt.Outcome));
        await ChatBench.ReplayAsync(second);
    }

    [Fact]
    public async Task A_call_is_tried_as_often_as_its_policy_says_and_no_more()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Failure(503, "api_error"));
        await using var bench = await OpenAsync(provider);

        await Assert.ThrowsAsync<Temporalio.Exceptions.WorkflowFailedException>(() => bench.RunAsync<AgentReport>("AgentWorkflow", "Hi"));

        Assert.Equal(4, provider.Requests.Count);
    }

    [Fact]
    public async Task A_provider_that_asks_one_call_to_wait_is_left_alone_by_all()
    {
        await using var provider = await ProviderStandIn.StartAsync(request => request.Number == 1
            ? AnthropicWire.Failure(429, "rate_limit_error", "slow down", ("retry-after", "2"))
            : AnthropicWire.Answer("Hi"));
        await using var bench = await OpenAsync(provider);
        var first = await bench.StartAsync("AgentWorkflow", "first");
        await Eventually.SeesAsync("the wait", () => Task.FromResult(limits.States().SingleOrDefault(state => state.ShutUntil is not null)));

        var second = await bench.StartAsync("AgentWorkflow", "second");
        await first.EndsAsync<AgentReport>();
        await second.EndsAsync<AgentReport>();

        var entries = new CostLedger(database).Entries().Reverse().ToArray();
        Assert.Equal(["RateLimited", "answered", "answered"], entries.Select(entry => entry.Outcome));
        Assert.All(entries.Skip(1), entry => Assert.True(entry.StartedAt - entries[0].StartedAt >= TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task A_provider_that_asks_to_wait_has_its_stand_in_asked_at_once()
    {
        await using var provider = await ProviderStandIn.StartAsync(request => request.Path == "/v1/messages"
            ? AnthropicWire.Failure(429, "rate_limit_error", "slow down", ("retry-after", "600"))
            : OpenAIWire.Answer("Hi"));
        await using var bench = await OpenAsync(provider, model => model.FallBackTo("openai", "gpt-6.1-sol"));

        Assert.Equal("Hi", (await bench.RunAsync<AgentReport>("AgentWorkflow", "first")).Text);
        Assert.Equal("Hi", (await bench.RunAsync<AgentReport>("AgentWorkflow", "second")).Text);

        Assert.Equal(["/v1/messages", "/v1/responses", "/v1/responses"], provider.Requests.Select(request => request.Path));
    }

    private Task<ChatBench> OpenAsync(ProviderStandIn provider, Action<ChatModel>? configure = null) =>
        ChatBench.OpenAsync(provider, configure, services => services.AddSingleton(database).AddModelCosts());

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; value > seen; seen = most)
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
