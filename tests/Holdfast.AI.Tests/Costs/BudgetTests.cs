using Holdfast.AI.Chat;
using Holdfast.AI.Costs;
using Holdfast.AI.Models;

namespace Holdfast.AI.Tests.Costs;

public sealed class BudgetTests : IDisposable
{
    private readonly Ledger ledger = new();

    public void Dispose() => ledger.Dispose();

    [Fact]
    public async Task A_request_that_could_take_more_than_is_left_waits_and_leaves_nothing_behind()
    {
        ledger.Budgets.Set(new("acme-month", "acme", BudgetPeriod.Month, 0.025m), by: "ann");
        await ledger.SpendAsync(ledger.Request(run: "run-1"), 600);
        await ledger.Observer.BeginAsync(ledger.Request(run: "run-2"), CancellationToken.None);

        var refusal = await Assert.ThrowsAsync<ModelException>(async () => await ledger.Observer.BeginAsync(ledger.Request(run: "run-3"), CancellationToken.None));

        Assert.Equal((ModelFailureKind.BudgetExhausted, false, "budget:acme-month/acme/2026-11"), (refusal.Kind, refusal.Retryable, refusal.WaitFor));
        Assert.Equal("0.01 USD may be needed and 0.009 USD of 0.025 USD are left of budget acme-month/acme/2026-11.", refusal.Message);
        var account = Assert.Single(ledger.Budgets.Accounts());
        Assert.Equal((0.006m, 0.01m, 0m, 0.009m), (account.SpentUsd, account.ReservedUsd, account.UncertainUsd, account.LeftUsd));
        Assert.Equal(2, ledger.Costs.Entries().Count);
    }

    [Fact]
    public async Task A_top_up_lets_the_next_request_pass()
    {
        ledger.Budgets.Set(new("b", "acme", BudgetPeriod.Total, 0.005m), by: "ann");
        await Assert.ThrowsAsync<ModelException>(() => ledger.SpendAsync(ledger.Request(), 100));
        var account = ledger.Budgets.Accounts().Single();

        ledger.Budgets.TopUp(account.Id, 0.005m, by: "bob");

        await ledger.SpendAsync(ledger.Request(), 100);
        Assert.Equal((0.01m, 0.005m, 0.001m), Numbers(ledger.Budgets.Accounts().Single()));
        Assert.Equal([("topped-up", "bob"), ("exhausted", null), ("set", "ann")], ledger.Budgets.Events().Select(happened => (happened.Kind, happened.By)));

        static (decimal, decimal, decimal) Numbers(BudgetAccount account) => (account.LimitUsd, account.ToppedUpUsd, account.SpentUsd);
    }

    [Theory]
    [InlineData(BudgetPeriod.Run, "run-1")]
    [InlineData(BudgetPeriod.Month, "2026-11")]
    [InlineData(BudgetPeriod.Total, "")]
    public async Task Each_period_has_an_amount_of_its_own_and_so_has_each_tenant(BudgetPeriod period, string key)
    {
        ledger.Budgets.Set(new("b", Budget.EachTenant, period, 0.015m), by: "ann");
        await ledger.SpendAsync(ledger.Request(run: "run-1"), 1000);

        var refusal = await Assert.ThrowsAsync<ModelException>(() => ledger.SpendAsync(ledger.Request(run: "run-1", activity: "2"), 1000));

        Assert.Equal(new BudgetAccountId("b", "acme", key).WaitingFor, refusal.WaitFor);
        await ledger.SpendAsync(ledger.Request("other", run: "run-2"), 1000);
        ledger.Time.Advance(TimeSpan.FromDays(9));
        if (period != BudgetPeriod.Total)
            await ledger.SpendAsync(ledger.Request(run: "run-3"), 1000);
        if (period == BudgetPeriod.Month)
            await Assert.ThrowsAsync<ModelException>(() => ledger.SpendAsync(ledger.Request(run: "run-4"), 1000));
    }

    [Fact]
    public async Task A_budget_may_be_for_one_type_of_workflow()
    {
        ledger.Budgets.Set(new("b", "acme", BudgetPeriod.Total, 0) { WorkflowType = "Triage" }, by: "ann");

        await ledger.SpendAsync(ledger.Request(type: "Support"), 1000);
        await Assert.ThrowsAsync<ModelException>(() => ledger.SpendAsync(ledger.Request(run: "run-2", type: "Triage"), 1000));
    }

    [Fact]
    public async Task A_budget_that_is_set_late_knows_what_was_spent_before()
    {
        await ledger.SpendAsync(ledger.Request(run: "run-1"), 900);
        await ledger.SpendAsync(ledger.Request("other", run: "run-2"), 900);
        var lost = ledger.Request(run: "run-3");
        await ledger.Observer.BeginAsync(lost, CancellationToken.None);
        await ledger.Observer.EndAsync(lost, ChatAttempt.Of(lost), null);
        var open = ledger.Request(run: "run-4");
        await ledger.Observer.BeginAsync(open, CancellationToken.None);

        ledger.Budgets.Set(new("b", "acme", BudgetPeriod.Month, 0.029m), by: "ann");

        await Assert.ThrowsAsync<ModelException>(() => ledger.SpendAsync(ledger.Request(run: "run-5"), 100));
        var account = ledger.Budgets.Accounts().Single();
        Assert.Equal((0.009m, 0.01m, 0.01m, 1), (account.SpentUsd, account.ReservedUsd, account.UncertainUsd, account.UnknownCosts));
        await ledger.Observer.EndAsync(open, Ledger.Answer(open, 100), null);
        account = ledger.Budgets.Accounts().Single();
        Assert.Equal((0.01m, 0m, 0.01m, 1), (account.SpentUsd, account.ReservedUsd, account.UncertainUsd, account.UnknownCosts));
    }

    [Fact]
    public async Task Money_for_a_lost_request_stays_held_until_its_end_is_known()
    {
        ledger.Budgets.Set(new("b", "acme", BudgetPeriod.Month, 1), by: "ann");
        var lost = ledger.Request(attempt: 1);
        await ledger.Observer.BeginAsync(lost, CancellationToken.None);
        var next = ledger.Request(attempt: 2);
        await ledger.Worker().BeginAsync(next, CancellationToken.None);

        var account = ledger.Budgets.Accounts().Single();
        Assert.Equal((0m, Ledger.Reserved, Ledger.Reserved, 1), (account.SpentUsd, account.ReservedUsd, account.UncertainUsd, account.UnknownCosts));

        await ledger.Observer.EndAsync(lost, Ledger.Answer(lost, 300), null);
        account = ledger.Budgets.Accounts().Single();
        Assert.Equal((0.003m, Ledger.Reserved, 0m, 0), (account.SpentUsd, account.ReservedUsd, account.UncertainUsd, account.UnknownCosts));
    }

    [Fact]
    public async Task A_model_without_a_known_price_is_counted_or_refused_as_the_budget_says()
    {
        ledger.Budgets.Set(new("b", "acme", BudgetPeriod.Month, 1), by: "ann");
        var request = ledger.Request(model: "claude-of-tomorrow");
        await ledger.Observer.BeginAsync(request, CancellationToken.None);
        await ledger.Observer.EndAsync(request, Ledger.Answer(request, 5) with { CostUsd = null }, null);
        Assert.Equal((0m, 1), (ledger.Budgets.Accounts().Single().SpentUsd, ledger.Budgets.Accounts().Single().UnknownCosts));

        ledger.Budgets.Set(new("b", "acme", BudgetPeriod.Month, 1) { RefuseUnknownPrices = true }, by: "ann");

        var refusal = await Assert.ThrowsAsync<ModelException>(() => ledger.SpendAsync(ledger.Request(run: "run-2", model: "claude-of-tomorrow"), 5));
        Assert.Equal((ModelFailureKind.BudgetExhausted, "budget:b/acme/2026-11"), (refusal.Kind, refusal.WaitFor));
        await ledger.SpendAsync(ledger.Request(run: "run-3"), 5);
    }

    [Fact]
    public async Task Half_four_fifths_and_all_of_a_budget_are_told_once_each()
    {
        ledger.Budgets.Set(new("b", "acme", BudgetPeriod.Month, 0.02m), by: "ann");
        await ledger.SpendAsync(ledger.Request(number: 1), 900);
        Assert.Empty(Alerts());
        await ledger.SpendAsync(ledger.Request(number: 2), 100);
        Assert.Equal(["50 % of 0.02 USD are used."], Alerts());
        await ledger.SpendAsync(ledger.Request(number: 3), 600);
        Assert.Equal(["80 % of 0.02 USD are used.", "50 % of 0.02 USD are used."], Alerts());

        ledger.Budgets.TopUp(ledger.Budgets.Accounts().Single().Id, 0.02m, by: "bob");
        // More tokens than it was allowed: counted in full, beyond the limit.
        await ledger.SpendAsync(ledger.Request(number: 4), 2500);
        Assert.Equal(["100 % of 0.04 USD are used.", "80 % of 0.02 USD are used.", "50 % of 0.02 USD are used."], Alerts());
        Assert.Equal(-0.001m, ledger.Budgets.Accounts().Single().LeftUsd);

        string[] Alerts() => [.. ledger.Budgets.Events().Where(happened => happened.Kind == "alert").Select(happened => happened.Text)];
    }

    [Fact]
    public async Task However_many_ask_at_once_a_budget_is_not_overshot()
    {
        // Room for ten of fifty.
        ledger.Budgets.Set(new("b", "acme", BudgetPeriod.Month, 10 * Ledger.Reserved), by: "ann");
        CostObserver[] workers = [ledger.Worker(), ledger.Worker(), ledger.Worker()];

        var passed = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(async () =>
        {
            var request = ledger.Request(run: $"run-{number}");
            try
            {
                await workers[number % 3].BeginAsync(request, CancellationToken.None);
            }
            catch (ModelException exception) when (exception.Kind == ModelFailureKind.BudgetExhausted)
            {
                return false;
            }

            await workers[number % 3].EndAsync(request, Ledger.Answer(request, 1000), null);
            return true;
        })));

        Assert.Equal(10, passed.Count(yes => yes));
        var account = ledger.Budgets.Accounts().Single();
        Assert.Equal((0.1m, 0m, 0m), (account.SpentUsd, account.ReservedUsd, account.LeftUsd));
    }

    [Fact]
    public async Task A_budget_can_be_changed_and_removed_and_what_was_done_is_kept()
    {
        ledger.Budgets.Set(new("b", "acme", BudgetPeriod.Month, 0), by: "ann");
        await Assert.ThrowsAsync<ModelException>(() => ledger.SpendAsync(ledger.Request(), 100));

        ledger.Budgets.Set(new("b", "acme", BudgetPeriod.Month, 5), by: "bob");
        await ledger.SpendAsync(ledger.Request(), 100);
        Assert.Equal(5, Assert.Single(ledger.Budgets.List()).LimitUsd);

        Assert.True(ledger.Budgets.Remove("b", by: "cleo"));
        Assert.False(ledger.Budgets.Remove("b", by: "cleo"));
        Assert.Empty(ledger.Budgets.List());
        Assert.Empty(ledger.Budgets.Accounts());
        Assert.Equal(["removed", "set", "exhausted", "set"], ledger.Budgets.Events("b").Select(happened => happened.Kind));
    }

    [Theory]
    [InlineData("with space", "acme", 1)]
    [InlineData("", "acme", 1)]
    [InlineData("b", " ", 1)]
    [InlineData("b", "acme", -1)]
    public void A_budget_that_makes_no_sense_is_refused(string id, string tenant, int limit) =>
        Assert.ThrowsAny<ArgumentException>(() => ledger.Budgets.Set(new(id, tenant, BudgetPeriod.Month, limit), by: "ann"));

    [Fact]
    public void A_top_up_must_fit_its_budget()
    {
        ledger.Budgets.Set(new("b", "acme", BudgetPeriod.Month, 1), by: "ann");

        Assert.Throws<ArgumentException>(() => ledger.Budgets.TopUp(new("b", "acme", "2026-11"), 0, by: "bob"));
        Assert.Throws<ArgumentException>(() => ledger.Budgets.TopUp(new("b", "other", "2026-11"), 1, by: "bob"));
        Assert.Throws<ArgumentException>(() => ledger.Budgets.TopUp(new("c", "acme", "2026-11"), 1, by: "bob"));
        Assert.Equal(2, ledger.Budgets.TopUp(new("b", "acme", "2026-12"), 1, by: "bob").LimitUsd);
    }
}
