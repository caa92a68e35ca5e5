using Holdfast.AI.Chat;
using Holdfast.AI.Costs;
using Holdfast.AI.Database;
using Holdfast.AI.Tests.Chat;
using Holdfast.AI.Waiting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Temporalio.Common;

namespace Holdfast.AI.Tests.Costs;

/// <summary>Costs and budgets of workflows, on a real server. What the stand-in counted is what the ledger must hold.</summary>
public sealed class CostFlowTests : IDisposable
{
    // Input 10, cache read 5, cache write 2, output 3 tokens of claude-sonnet-5-5.
    private const decimal OneAnswer = ((10 * 2) + (5 * 0.1m) + (2 * 2.5m) + (3 * 10)) / 1_000_000;

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-costs-").FullName;
    private readonly AIDatabase database;
    private readonly CostLedger ledger;
    private readonly Budgets budgets;

    public CostFlowTests()
    {
        database = AIDatabase.Open(Path.Combine(folder, "ai.db"));
        ledger = new(database);
        budgets = new(database, TimeProvider.System);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Every_attempt_is_in_the_ledger_with_its_tokens_and_its_cost()
    {
        await using var provider = await ProviderStandIn.StartAsync(
            AnthropicWire.Failure(429, "rate_limit_error", "slow down", ("retry-after-ms", "5")),
            StandInReply.HangUp(),
            AnthropicWire.ToolCalls(("toolu_1", "FindOrder", new { number = 7 })),
            AnthropicWire.Answer("Order 7."));
        await using var bench = await OpenAsync(provider);

        var report = await bench.RunAsync<AgentReport>("AgentWorkflow", "Hi");

        var entries = ledger.Entries().Reverse().ToArray();
        Assert.Equal(["RateLimited", "ProviderUnavailable", "answered", "answered"], entries.Select(entry => entry.Outcome));
        // Turned away: nothing. Cut off: nobody knows.
        Assert.Equal([0, null, OneAnswer, OneAnswer], entries.Select(entry => entry.CostUsd));
        Assert.Equal(report.Attempts.Select(attempt => attempt.CostUsd), entries.Select(entry => entry.CostUsd));
        var sum = Assert.Single(ledger.Sum(CostGroup.WorkflowType));
        Assert.Equal(("AgentWorkflow", 4, 1, 2 * OneAnswer, 34, 6), (sum.Key, sum.Requests, sum.UnknownCosts, sum.CostUsd, sum.TokensIn, sum.TokensOut));
        Assert.Equal(provider.Requests.Count, sum.Requests);
    }

    [Fact]
    public async Task A_run_can_be_found_by_what_it_cost()
    {
        await using var provider = await ProviderStandIn.StartAsync(
            StandInReply.HangUp(),
            AnthropicWire.ToolCalls(("toolu_1", "FindOrder", new { number = 7 })),
            AnthropicWire.Answer("Order 7."));
        await using var bench = await OpenAsync(provider);
        await bench.Services.GetRequiredService<CostAttributes>().RegisterAsync(bench.Client);

        await bench.RunAsync<AgentReport>("AgentWorkflow", "Hi");

        var found = await Eventually.SeesAsync("the run", async () =>
        {
            await foreach (var run in bench.Client.ListWorkflowsAsync("AiCostUsd > 0.0001 AND AiTokensIn = 34 AND AiTokensOut = 6 AND AiModel = 'claude-sonnet-5-5' AND AiCostIncomplete = true"))
                return run;
            return null;
        });
        Assert.Equal((double)(2 * OneAnswer), found.TypedSearchAttributes.Get(SearchAttributeKey.CreateDouble("AiCostUsd")));
    }

    [Fact]
    public async Task A_run_whose_costs_are_not_known_has_none()
    {
        await using var provider = await ProviderStandIn.StartAsync(request => request.Path == "/v1/messages" ? AnthropicWire.Failure(529, "overloaded_error") : OpenAIWire.Answer("Hi"));
        await using var bench = await OpenAsync(provider, model =>
        {
            model.Targets.Clear();
            model.FallBackTo("openai", "gpt-6.1-sol");
        });
        await bench.Services.GetRequiredService<CostAttributes>().RegisterAsync(bench.Client);
        var handle = await bench.StartAsync("AgentWorkflow", "Hi");

        await handle.EndsAsync<AgentReport>();

        var attributes = (await handle.DescribeAsync()).TypedSearchAttributes;
        Assert.False(attributes.ContainsKey(SearchAttributeKey.CreateDouble("AiCostUsd")));
        Assert.True(attributes.Get(SearchAttributeKey.CreateBool("AiCostIncomplete")));
        Assert.Equal(12, attributes.Get(SearchAttributeKey.CreateLong("AiTokensIn")));
    }

    [Fact]
    public async Task A_run_is_replayed_as_it_went_when_the_attributes_are_switched_on_in_its_middle()
    {
        CostAttributes? attributes = null;
        await using var provider = await ProviderStandIn.StartAsync(request =>
        {
            attributes!.IsOn = request.Number == 2;
            return request.Number < 3 ? AnthropicWire.ToolCalls(("toolu_1", "FindOrder", new { number = 7 })) : AnthropicWire.Answer("Order 7.");
        });
        await using var bench = await OpenAsync(provider);
        attributes = bench.Services.GetRequiredService<CostAttributes>();
        await attributes.RegisterAsync(bench.Client);
        var handle = await bench.StartAsync("AgentWorkflow", "Hi");

        await handle.EndsAsync<AgentReport>();

        await ChatBench.ReplayAsync(handle);
        var upserts = (await handle.FetchHistoryAsync()).Events.Count(happened => happened.UpsertWorkflowSearchAttributesEventAttributes is not null);
        Assert.Equal(1, upserts);
        Assert.Equal((double)OneAnswer, (await handle.DescribeAsync()).TypedSearchAttributes.Get(SearchAttributeKey.CreateDouble("AiCostUsd")));
    }

    [Fact]
    public async Task An_exhausted_budget_is_waited_for_and_the_run_goes_on_after_a_top_up()
    {
        await using var provider = await ProviderStandIn.StartAsync(request =>
        {
            if (request.Number > 1)
                return AnthropicWire.Answer("Order 7.");

            // Set while the first request is under way: the next one may take 4 cents.
            budgets.Set(new("each-run", Budget.EachTenant, BudgetPeriod.Run, 0.04m), by: "ann");
            return AnthropicWire.ToolCalls(("toolu_1", "FindOrder", new { number = 7 }));
        });
        await using var bench = await OpenAsync(provider);
        budgets.Set(new("month", "default", BudgetPeriod.Month, 1), by: "ann");
        var handle = await bench.StartAsync("AgentWorkflow", "Hi");
        var account = new BudgetAccountId("each-run", "default", (await handle.DescribeAsync()).RunId);

        var listed = await Eventually.SeesAsync("the run, waiting", async () =>
        {
            await foreach (var run in bench.Client.ListWorkflowsAsync($"{WaitingNames.SearchAttribute} = '{account.WaitingFor}'"))
                return run;
            return null;
        });
        Assert.Equal(handle.Id, listed.Id);
        Assert.Single(provider.Requests);
        Assert.Equal(OneAnswer, budgets.Accounts(budget: "each-run").Single().SpentUsd);

        var told = await budgets.TopUpAsync(bench.Client, account, 1, by: "bob");

        Assert.Equal("Order 7.", (await handle.EndsAsync<AgentReport>()).Text);
        Assert.Equal(1, told);
        await ChatBench.ReplayAsync(handle);
        Assert.Equal(2, provider.Requests.Count);
        Assert.Equal(2 * OneAnswer, budgets.Accounts(budget: "month").Single().SpentUsd);
        Assert.Equal(2 * OneAnswer, ledger.Sum(CostGroup.Tenant).Single().CostUsd);
    }

    [Fact]
    public async Task Many_runs_at_once_do_not_overshoot_their_tenants_budget()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hi"));
        await using var bench = await OpenAsync(provider);
        // Each request may take a bit more than 4 cents.
        budgets.Set(new("month", "default", BudgetPeriod.Total, 0.13m), by: "ann");

        for (var number = 0; number < 12; number++)
            await bench.StartAsync("AgentWorkflow", $"Hi {number}");

        var account = new BudgetAccountId("month", "default", "");
        await Eventually.SeesAsync("the end", async () =>
        {
            var open = 0;
            await foreach (var run in bench.Client.ListWorkflowsAsync("ExecutionStatus = 'Running'"))
                open++;
            if (open == 0)
                return "all ended";
            // Those that found others' reservations in their way look again at once, so that the test need not wait for their timers.
            await WaitingRuns.ResumeAsync(bench.Client, account.WaitingFor);
            Assert.True(budgets.Accounts().SingleOrDefault() is not { } now || now.LeftUsd >= 0);
            return null;
        });

        Assert.Equal(12, provider.Requests.Count);
        Assert.Equal((12 * OneAnswer, 0m), (budgets.Accounts().Single().SpentUsd, budgets.Accounts().Single().ReservedUsd));
    }

    private async Task<ChatBench> OpenAsync(ProviderStandIn provider, Action<ChatModel>? configure = null)
    {
        var bench = await ChatBench.OpenAsync(provider, configure, add: services => services.AddSingleton(database).AddModelCosts());
        await WaitingRegistration.EnsureAsync(bench.Client);
        return bench;
    }
}
