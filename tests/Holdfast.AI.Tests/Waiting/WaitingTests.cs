using System.Collections.Concurrent;
using Holdfast.AI.Chat;
using Holdfast.AI.Models;
using Holdfast.AI.Tests.Chat;
using Holdfast.AI.Waiting;
using Microsoft.Extensions.DependencyInjection;
using Temporalio.Exceptions;

namespace Holdfast.AI.Tests.Waiting;

/// <summary>Runs that wait for something a human has to do. Each is also replayed.</summary>
public sealed class WaitingTests
{
    // What is there; a question names what it needs.
    private readonly ConcurrentDictionary<string, bool> there = [];
    private readonly RecordingObserver observer;

    public WaitingTests() => observer = new()
    {
        Refuse = request => there.ContainsKey(request.Messages[^1].Text)
            ? null
            : new ModelException(ModelFailureKind.BudgetExhausted, retryable: false, "Nothing left.") { WaitFor = WaitingNames.Budget(request.Messages[^1].Text) },
    };

    [Fact]
    public async Task A_call_that_may_not_be_made_yet_waits_and_is_made_once_it_may()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        var handle = await bench.StartAsync("AgentWorkflow", "tea");
        var waiting = await bench.WaitsForAsync("budget:tea");
        Assert.Equal(handle.Id, waiting.Id);
        Assert.Empty(provider.Requests);

        there["tea"] = true;
        Assert.Equal(1, await WaitingRuns.ResumeAsync(bench.Client, "budget:tea"));

        Assert.Equal("Hello", (await handle.EndsAsync<AgentReport>()).Text);
        Assert.Single(provider.Requests);
        Assert.False((await handle.DescribeAsync()).TypedSearchAttributes.ContainsKey(Attribute));
        Assert.Equal(0, await WaitingRuns.ResumeAsync(bench.Client, "budget:tea"));
        await ChatBench.ReplayAsync(handle);
    }

    [Fact]
    public async Task A_wait_outlives_worker_and_server()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        var handle = await bench.StartAsync("AgentWorkflow", "tea");
        await bench.WaitsForAsync("budget:tea");

        await bench.RestartWorkerAsync();
        await bench.CrashServerAsync();
        await bench.WaitsForAsync("budget:tea");
        await ChatBench.ReplayAsync(handle);
        there["tea"] = true;
        await WaitingRuns.ResumeAsync(bench.Client, "budget:tea");

        Assert.Equal("Hello", (await handle.EndsAsync<AgentReport>()).Text);
        Assert.Single(provider.Requests);
        await ChatBench.ReplayAsync(handle);
    }

    [Fact]
    public async Task A_run_that_is_woken_in_vain_waits_on()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        var handle = await bench.StartAsync("AgentWorkflow", "tea");
        await bench.WaitsForAsync("budget:tea");

        await WaitingRuns.ResumeAsync(bench.Client, "budget:tea");
        await Eventually.SeesAsync("a second look", () => Task.FromResult(observer.Begun.Count == 2 ? observer : null));
        await Eventually.SeesAsync("the wait again", async () =>
            (await handle.DescribeAsync()).TypedSearchAttributes.TryGetValue(Attribute, out var text) && text == "budget:tea" ? handle : null);
        there["tea"] = true;
        await WaitingRuns.ResumeAsync(bench.Client, "budget:tea");

        Assert.Equal("Hello", (await handle.EndsAsync<AgentReport>()).Text);
        await ChatBench.ReplayAsync(handle);
    }

    [Fact]
    public async Task A_run_looks_by_itself_when_nobody_wakes_it()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        var handle = await bench.StartAsync("LookingWorkflow", "tea");
        await Eventually.SeesAsync("a third look", () => Task.FromResult(observer.Begun.Count >= 3 ? observer : null));

        await handle.TerminateAsync();

        Assert.Empty(provider.Requests);
        await ChatBench.ReplayAsync(handle);
    }

    [Fact]
    public async Task Calls_that_wait_for_different_things_are_woken_one_by_one()
    {
        await using var provider = await ProviderStandIn.StartAsync(request => AnthropicWire.Answer($"{request.Body["messages"]![0]!["content"]}".Contains("tea", StringComparison.Ordinal) ? "Tea" : "Milk"));
        await using var bench = await OpenAsync(provider);
        var handle = await bench.StartAsync("TwoQuestionsWorkflow", "tea", "milk");
        // Which of the two comes to wait first is chance, and that one is shown.
        var shown = await Eventually.SeesAsync("a wait", async () =>
            (await handle.DescribeAsync()).TypedSearchAttributes.TryGetValue(Attribute, out var text) ? text : null);

        foreach (var name in shown == "budget:tea" ? (string[])["tea", "milk"] : ["milk", "tea"])
        {
            await bench.WaitsForAsync($"budget:{name}");
            there[name] = true;
            await WaitingRuns.ResumeAsync(bench.Client, $"budget:{name}");
        }

        Assert.Equal(["Tea", "Milk"], await handle.EndsAsync<string[]>());
        Assert.Equal(2, provider.Requests.Count);
        await ChatBench.ReplayAsync(handle);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_waits_no_longer()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        var handle = await bench.StartAsync("AgentWorkflow", "tea");
        await bench.WaitsForAsync("budget:tea");

        await handle.CancelAsync();

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.EndsAsync());
        Assert.IsType<CanceledFailureException>(failed.InnerException);
        Assert.False((await handle.DescribeAsync()).TypedSearchAttributes.ContainsKey(Attribute));
        await ChatBench.ReplayAsync(handle);
    }

    private static Temporalio.Common.SearchAttributeKey<string> Attribute => Temporalio.Common.SearchAttributeKey.CreateKeyword("HoldfastWaiting");

    private Task<ChatBench> OpenAsync(ProviderStandIn provider) =>
        ChatBench.OpenAsync(provider, add: services => services.AddSingleton<IModelRequestObserver>(observer));
}
