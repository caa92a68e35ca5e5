using Holdfast.AI.Costs;

namespace Holdfast.AI.Tests.Costs;

public sealed class CostLedgerTests : IDisposable
{
    private readonly Ledger ledger = new();

    public void Dispose() => ledger.Dispose();

    [Fact]
    public async Task A_request_is_there_before_it_is_made_and_settled_when_it_ended()
    {
        var request = ledger.Request();
        await ledger.Observer.BeginAsync(request, CancellationToken.None);

        var open = Assert.Single(ledger.Costs.Entries());
        Assert.Equal((request.Id, "acme", (string?)null, (decimal?)null, Ledger.Reserved), (open.Id, open.Tenant, open.Outcome, open.CostUsd, open.ReservedUsd));

        ledger.Time.Advance(TimeSpan.FromSeconds(3));
        await ledger.Observer.EndAsync(request, Ledger.Answer(request, 200), null);

        var entry = Assert.Single(ledger.Costs.Entries());
        Assert.Equal(("answered", 0.002m, TimeSpan.FromSeconds(3)), (entry.Outcome, entry.CostUsd, entry.EndedAt - entry.StartedAt));
        Assert.Equal(new() { Output = 200 }, entry.Usage);
    }

    [Fact]
    public async Task A_repetition_counts_nothing_twice()
    {
        var request = ledger.Request();

        await ledger.SpendAsync(request, 200);
        await ledger.SpendAsync(request, 300);

        Assert.Equal(0.002m, Assert.Single(ledger.Costs.Sum(CostGroup.Tenant)).CostUsd);
    }

    [Fact]
    public async Task A_request_whose_worker_was_killed_is_lost_at_unknown_cost_once_the_next_attempt_begins()
    {
        await ledger.Observer.BeginAsync(ledger.Request(attempt: 1), CancellationToken.None);
        await ledger.Observer.BeginAsync(ledger.Request(attempt: 1, activity: "2"), CancellationToken.None);
        await ledger.Observer.BeginAsync(ledger.Request(attempt: 1, run: "run-2"), CancellationToken.None);

        var next = ledger.Request(attempt: 2);
        var other = ledger.Worker();
        await other.BeginAsync(next, CancellationToken.None);
        await other.EndAsync(next, Ledger.Answer(next, 100), null);

        Assert.Equal(["answered", "lost"], ledger.Costs.Entries(new() { RunId = "run-1" }).Where(entry => entry.Id.Contains("/1/", StringComparison.Ordinal) && entry.Outcome is not null).Select(entry => entry.Outcome).Order());
        var sum = Assert.Single(ledger.Costs.Sum(CostGroup.Tenant));
        Assert.Equal((4, 2, 1, 0.001m, 2 * Ledger.Reserved), (sum.Requests, sum.UnderWay, sum.UnknownCosts, sum.CostUsd, sum.ReservedUsd));
    }

    [Fact]
    public async Task What_was_taken_for_lost_is_put_right_when_its_end_is_told_after_all()
    {
        var slow = ledger.Request(attempt: 1);
        await ledger.Observer.BeginAsync(slow, CancellationToken.None);
        await ledger.Worker().BeginAsync(ledger.Request(attempt: 2), CancellationToken.None);
        Assert.Equal(1, ledger.Costs.Sum(CostGroup.Tenant).Single().UnknownCosts);

        await ledger.Observer.EndAsync(slow, Ledger.Answer(slow, 200), null);

        var sum = ledger.Costs.Sum(CostGroup.Tenant).Single();
        Assert.Equal((0, 0.002m), (sum.UnknownCosts, sum.CostUsd));
    }

    [Fact]
    public async Task A_request_that_nobody_ended_for_an_hour_is_lost()
    {
        await ledger.Observer.BeginAsync(ledger.Request(), CancellationToken.None);
        ledger.Time.Advance(TimeSpan.FromMinutes(61));

        await ledger.SpendAsync(ledger.Request(run: "run-2"), 100);

        Assert.Equal(["answered", "lost"], ledger.Costs.Entries().Select(entry => entry.Outcome));
    }

    [Fact]
    public async Task A_cost_that_is_not_known_is_never_taken_for_nothing()
    {
        var request = ledger.Request(model: "claude-of-tomorrow");
        await ledger.Observer.BeginAsync(request, CancellationToken.None);
        await ledger.Observer.EndAsync(request, Ledger.Answer(request, 100) with { CostUsd = null }, null);

        var entry = Assert.Single(ledger.Costs.Entries());
        Assert.Null(entry.CostUsd);
        Assert.Null(entry.ReservedUsd);
        var sum = Assert.Single(ledger.Costs.Sum(CostGroup.Model));
        Assert.Equal(("anthropic/claude-of-tomorrow", 1, 0m, 100), (sum.Key, sum.UnknownCosts, sum.CostUsd, sum.TokensOut));
    }

    [Fact]
    public async Task Costs_are_added_up_by_tenant_model_workflow_month_day_and_run()
    {
        await ledger.SpendAsync(ledger.Request("acme", "run-1", type: "Support"), 100);
        await ledger.SpendAsync(ledger.Request("acme", "run-2", type: "Triage", model: "claude-opus-5-5"), 200);
        ledger.Time.Advance(TimeSpan.FromDays(10));
        await ledger.SpendAsync(ledger.Request("zeta", "run-3", type: "Support"), 400);

        Assert.Equal([("zeta", 0.004m), ("acme", 0.003m)], Sums(CostGroup.Tenant));
        Assert.Equal([("anthropic/claude-sonnet-5-5", 0.005m), ("anthropic/claude-opus-5-5", 0.002m)], Sums(CostGroup.Model));
        Assert.Equal([("Support", 0.005m), ("Triage", 0.002m)], Sums(CostGroup.WorkflowType));
        Assert.Equal([("2026-11", 0.003m), ("2026-12", 0.004m)], Sums(CostGroup.Month));
        Assert.Equal([("2026-11-23", 0.003m), ("2026-12-03", 0.004m)], Sums(CostGroup.Day));
        Assert.Equal([("run-3", 0.004m), ("run-2", 0.002m), ("run-1", 0.001m)], Sums(CostGroup.Run));
        Assert.Equal("workflow of run-3", ledger.Costs.Sum(CostGroup.Run)[0].WorkflowId);
        Assert.Equal([("Triage", 0.002m), ("Support", 0.001m)], Sums(CostGroup.WorkflowType, new() { Tenant = "acme", Month = "2026-11" }));
        Assert.Empty(Sums(CostGroup.Tenant, new() { Until = ledger.Time.GetUtcNow(), From = ledger.Time.GetUtcNow().AddDays(-1) }));

        (string, decimal)[] Sums(CostGroup by, CostFilter? filter = null) => [.. ledger.Costs.Sum(by, filter).Select(sum => (sum.Key, sum.CostUsd))];
    }
}
