using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.AI.Database;
using Holdfast.AI.Waiting;
using Microsoft.Data.Sqlite;
using Temporalio.Client;

namespace Holdfast.AI.Costs;

/// <summary>
/// Budgets of tenants, runs and months: set, looked at and topped up. A budget that is set counts what was spent before, as far as the
/// ledger goes back.
/// </summary>
/// <remarks>
/// Money is reserved for a request in the transaction that opens its row in the ledger, and given back in the one that settles it: so
/// however many workers ask at once, a limit holds. A request that took more than was reserved is counted in full and can go beyond it.
/// </remarks>
public sealed partial class Budgets
{
    private static readonly int[] Alerts = [50, 80, 100];

    // Told once a request had to wait, above all percentages.
    private const int Exhausted = 101;

    private readonly AIDatabase database;
    private readonly TimeProvider time;

    public Budgets(AIDatabase database, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(database);
        this.database = database;
        this.time = time;
        database.Migrate("costs", AIDatabase.Schemas(typeof(CostLedger).Assembly, "Holdfast.AI.Costs.Schema."));
    }

    /// <summary>Makes a budget, or changes the one with its id.</summary>
    /// <param name="by">Who does it.</param>
    /// <exception cref="ArgumentException">It is not valid; the message says why.</exception>
    public void Set(Budget budget, string by)
    {
        ArgumentNullException.ThrowIfNull(budget);
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        if (!ValidId().IsMatch(budget.Id))
            throw new ArgumentException($"The budget's id \"{budget.Id}\" must be 1 to 64 letters, digits, \"-\", \"_\" or \".\".");
        if (string.IsNullOrWhiteSpace(budget.Tenant))
            throw new ArgumentException($"Budget {budget.Id} has no tenant; \"{Budget.EachTenant}\" stands for each.");
        if (budget.LimitUsd is < 0 or > 1_000_000_000)
            throw new ArgumentException($"The limit of budget {budget.Id} is {budget.LimitUsd} USD; it must be between 0 and a billion.");

        database.Write(transaction =>
        {
            var before = Read(transaction).FirstOrDefault(other => other.Id == budget.Id);
            transaction.Execute(
                "INSERT OR REPLACE INTO budget (id, tenant, workflow_type, period, amount, unknown_price) VALUES ($id, $tenant, $type, $period, $amount, $unknown)",
                ("$id", budget.Id),
                ("$tenant", budget.Tenant),
                ("$type", budget.WorkflowType),
                ("$period", Text(budget.Period)),
                ("$amount", Money.Stored(budget.LimitUsd)),
                ("$unknown", budget.RefuseUnknownPrices ? "refuse" : "allow"));
            if (before is not null && (before.Tenant, before.WorkflowType, before.Period) != (budget.Tenant, budget.WorkflowType, budget.Period))
                // Other requests count now. Its accounts are made anew out of the ledger; what was topped up was for another budget.
                transaction.Execute("DELETE FROM budget_account WHERE budget = $id", ("$id", budget.Id));
            else
                transaction.Execute("UPDATE budget_account SET alerted = 0 WHERE budget = $id", ("$id", budget.Id));
            Note(transaction, "set", new(budget.Id, "", ""), by, Money.Stored(budget.LimitUsd), $"Limit {Usd(budget.LimitUsd)} for {Scope(budget)}.");
        });
    }

    /// <summary>Takes a budget away; its events stay. False: there was none.</summary>
    public bool Remove(string id, string by)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        return database.Write(transaction =>
        {
            if (transaction.Execute("DELETE FROM budget WHERE id = $id", ("$id", id)) == 0)
                return false;

            transaction.Execute("DELETE FROM budget_account WHERE budget = $id", ("$id", id));
            Note(transaction, "removed", new(id, "", ""), by, amount: null, "Removed.");
            return true;
        });
    }

    /// <summary>All budgets, by id.</summary>
    public IReadOnlyList<Budget> List() => database.Read(Read);

    /// <summary>What is left, the fullest first. A period without requests has no account yet.</summary>
    /// <param name="tenant">Null: of all tenants.</param>
    /// <param name="budget">Null: of all budgets.</param>
    public IReadOnlyList<BudgetAccount> Accounts(string? tenant = null, string? budget = null, int limit = 200) => database.Read(transaction => transaction.Query(
        $"""
        SELECT {AccountColumns} FROM budget_account a JOIN budget b ON b.id = a.budget
        WHERE ($tenant IS NULL OR a.tenant = $tenant) AND ($budget IS NULL OR a.budget = $budget)
        ORDER BY (a.spent + a.reserved + a.uncertain) * 1.0 / max(b.amount + a.topped_up, 1) DESC, a.key DESC, a.budget, a.tenant LIMIT $limit
        """,
        ReadAccount,
        ("$tenant", tenant),
        ("$budget", budget),
        ("$limit", limit)));

    /// <summary>Adds money to one account; its budget's limit stays. The runs that wait for it go on.</summary>
    /// <param name="client">Of the namespace whose runs wait.</param>
    /// <param name="usd">More than 0.</param>
    /// <param name="by">Who does it.</param>
    /// <returns>How many runs were told. Those that were missed look by themselves later.</returns>
    /// <exception cref="ArgumentException">The amount is not more than 0, or there is no such budget.</exception>
    public async Task<int> TopUpAsync(ITemporalClient client, BudgetAccountId account, decimal usd, string by, CancellationToken cancellationToken = default)
    {
        TopUp(account, usd, by);
        return await WaitingRuns.ResumeAsync(client, account.WaitingFor, cancellationToken);
    }

    /// <summary>Adds money to one account; its budget's limit stays. Runs that wait for it notice when they look next.</summary>
    /// <param name="usd">More than 0.</param>
    /// <param name="by">Who does it.</param>
    /// <exception cref="ArgumentException">The amount is not more than 0, or there is no such budget.</exception>
    public BudgetAccount TopUp(BudgetAccountId account, decimal usd, string by)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        if (usd is <= 0 or > 1_000_000_000)
            throw new ArgumentException($"A top-up of {usd} USD is not possible; it must be more than 0.");

        return database.Write(transaction =>
        {
            var budget = Read(transaction).FirstOrDefault(budget => budget.Id == account.Budget)
                ?? throw new ArgumentException($"There is no budget \"{account.Budget}\".");
            if (budget.Tenant != Budget.EachTenant && budget.Tenant != account.Tenant)
                throw new ArgumentException($"Budget {budget.Id} is for tenant {budget.Tenant}, not for {account.Tenant}.");

            Ensure(transaction, budget, account);
            transaction.Execute(
                "UPDATE budget_account SET topped_up = topped_up + $amount, alerted = 0 WHERE budget = $budget AND tenant = $tenant AND key = $key",
                [("$amount", Money.Stored(usd)), .. Parameters(account)]);
            Note(transaction, "topped-up", account, by, Money.Stored(usd), $"{Usd(usd)} more.");
            return Account(transaction, account);
        });
    }

    /// <summary>What happened, newest first.</summary>
    /// <param name="budget">Null: to all budgets.</param>
    public IReadOnlyList<BudgetEvent> Events(string? budget = null, int limit = 200) => database.Read(transaction => transaction.Query(
        "SELECT at, kind, budget, tenant, key, by, amount, text FROM budget_event WHERE $budget IS NULL OR budget = $budget ORDER BY number DESC LIMIT $limit",
        row => new BudgetEvent(
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            row.GetString(4),
            row.IsDBNull(5) ? null : row.GetString(5),
            row.IsDBNull(6) ? null : Money.Read(row.GetInt64(6)),
            row.GetString(7)),
        ("$budget", budget),
        ("$limit", limit)));

    /// <summary>Whether every budget that the request counts in has room for it. Reserving is for <see cref="Changed"/>.</summary>
    /// <param name="row">The request as it would stand in the ledger, which it does not yet.</param>
    /// <returns>Why it has to wait; null: it need not.</returns>
    internal BudgetRefusal? Refusal(AITransaction transaction, LedgerRow row)
    {
        foreach (var budget in Read(transaction))
        {
            if (AccountOf(budget, row) is not { } id)
                continue;

            Ensure(transaction, budget, id);
            var account = Account(transaction, id);
            if (row.Reserved is { } reserved ? Money.Read(reserved) <= account.LeftUsd : !budget.RefuseUnknownPrices)
                continue;

            var text = row.Reserved is { } needed
                ? $"{Usd(Money.Read(needed))} may be needed and {Usd(Math.Max(account.LeftUsd, 0))} of {Usd(account.LimitUsd)} are left of budget {id}."
                : $"The price of the model is not known, and budget {id} is not for such models.";
            if (transaction.Execute(
                $"UPDATE budget_account SET alerted = {Exhausted} WHERE budget = $budget AND tenant = $tenant AND key = $key AND alerted < {Exhausted}", Parameters(id)) > 0)
                Note(transaction, "exhausted", id, by: null, Money.Stored(account.LimitUsd - account.LeftUsd), text);
            return new(id, text);
        }

        return null;
    }

    /// <summary>Brings the accounts in line with a request's change in the ledger.</summary>
    /// <param name="before">Null: it is new.</param>
    /// <returns>What should be told to people.</returns>
    internal IReadOnlyList<string> Changed(AITransaction transaction, LedgerRow? before, LedgerRow after)
    {
        var alerts = new List<string>();
        foreach (var budget in Read(transaction))
        {
            if (AccountOf(budget, after) is not { } id)
                continue;

            var (was, now) = (before is null ? default : Share.Of(before), Share.Of(after));
            // An account that is not there yet will be made out of the ledger.
            var changed = transaction.Execute(
                """
                UPDATE budget_account SET spent = spent + $spent, reserved = reserved + $reserved, uncertain = uncertain + $uncertain, unknown = unknown + $unknown
                WHERE budget = $budget AND tenant = $tenant AND key = $key
                """,
                [("$spent", now.Spent - was.Spent), ("$reserved", now.Reserved - was.Reserved), ("$uncertain", now.Uncertain - was.Uncertain),
                    ("$unknown", now.Unknown - was.Unknown), .. Parameters(id)]);
            if (changed > 0 && Alert(transaction, id) is { } alert)
                alerts.Add(alert);
        }

        return alerts;
    }

    // What is reserved is not told: it comes back in part.
    private string? Alert(AITransaction transaction, BudgetAccountId id)
    {
        var account = Account(transaction, id);
        var used = account.SpentUsd + account.UncertainUsd;
        var reached = Alerts.LastOrDefault(percent => used > 0 && used * 100 >= account.LimitUsd * percent);
        if (reached == 0 || transaction.Execute(
            "UPDATE budget_account SET alerted = $reached WHERE budget = $budget AND tenant = $tenant AND key = $key AND alerted < $reached",
            [("$reached", reached), .. Parameters(id)]) == 0)
            return null;

        var text = $"{reached} % of {Usd(account.LimitUsd)} are used.";
        Note(transaction, "alert", id, by: null, Money.Stored(used), text);
        return $"Budget {id}: {text}";
    }

    private static BudgetAccountId? AccountOf(Budget budget, LedgerRow row) =>
        (budget.Tenant != Budget.EachTenant && budget.Tenant != row.Tenant)
        || (budget.WorkflowType is { } type && type != row.WorkflowType)
        || (budget.Period is BudgetPeriod.Run && row.RunId is null)
            ? null
            : new(budget.Id, row.Tenant, budget.Period switch
            {
                BudgetPeriod.Run => row.RunId!,
                BudgetPeriod.Month => row.Month,
                _ => "",
            });

    // Out of all requests that are there, so a budget that is set today knows what was spent yesterday.
    private static void Ensure(AITransaction transaction, Budget budget, BudgetAccountId id)
    {
        var period = budget.Period switch
        {
            BudgetPeriod.Run => "run_id = $key",
            BudgetPeriod.Month => "month = $key",
            _ => "$key = ''",
        };
        transaction.Execute(
            $"""
            INSERT INTO budget_account (budget, tenant, key, spent, reserved, uncertain, unknown)
            SELECT $budget, $tenant, $key,
                   coalesce(sum(CASE WHEN outcome IS NOT NULL THEN cost END), 0),
                   coalesce(sum(CASE WHEN outcome IS NULL THEN reserved END), 0),
                   coalesce(sum(CASE WHEN outcome IS NOT NULL AND cost IS NULL THEN reserved END), 0),
                   coalesce(sum(outcome IS NOT NULL AND cost IS NULL), 0)
            FROM model_request
            WHERE tenant = $tenant AND {period} AND ($type IS NULL OR workflow_type = $type)
            HAVING NOT EXISTS (SELECT 1 FROM budget_account WHERE budget = $budget AND tenant = $tenant AND key = $key)
            """,
            [("$type", budget.WorkflowType), .. Parameters(id)]);
    }

    private static BudgetAccount Account(AITransaction transaction, BudgetAccountId id) => transaction.Query(
        $"SELECT {AccountColumns} FROM budget_account a JOIN budget b ON b.id = a.budget WHERE a.budget = $budget AND a.tenant = $tenant AND a.key = $key",
        ReadAccount,
        Parameters(id))[0];

    private const string AccountColumns = "a.budget, a.tenant, a.key, b.amount, a.topped_up, a.spent, a.reserved, a.uncertain, a.unknown";

    private static BudgetAccount ReadAccount(SqliteDataReader row) => new()
    {
        Id = new(row.GetString(0), row.GetString(1), row.GetString(2)),
        LimitUsd = Money.Read(row.GetInt64(3) + row.GetInt64(4)),
        ToppedUpUsd = Money.Read(row.GetInt64(4)),
        SpentUsd = Money.Read(row.GetInt64(5)),
        ReservedUsd = Money.Read(row.GetInt64(6)),
        UncertainUsd = Money.Read(row.GetInt64(7)),
        UnknownCosts = row.GetInt64(8),
    };

    private static IReadOnlyList<Budget> Read(AITransaction transaction) => transaction.Query(
        "SELECT id, tenant, workflow_type, period, amount, unknown_price FROM budget ORDER BY id",
        row => new Budget(row.GetString(0), row.GetString(1), Period(row.GetString(3)), Money.Read(row.GetInt64(4)))
        {
            WorkflowType = row.IsDBNull(2) ? null : row.GetString(2),
            RefuseUnknownPrices = row.GetString(5) == "refuse",
        });

    private void Note(AITransaction transaction, string kind, BudgetAccountId id, string? by, long? amount, string text) => transaction.Execute(
        "INSERT INTO budget_event (at, kind, budget, tenant, key, by, amount, text) VALUES ($at, $kind, $budget, $tenant, $key, $by, $amount, $text)",
        [("$at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("$kind", kind), ("$by", by), ("$amount", amount), ("$text", text), .. Parameters(id)]);

    private static (string, object?)[] Parameters(BudgetAccountId id) => [("$budget", id.Budget), ("$tenant", id.Tenant), ("$key", id.Key)];

    private static string Scope(Budget budget) =>
        $"{(budget.Tenant == Budget.EachTenant ? "each tenant" : $"tenant {budget.Tenant}")}{(budget.WorkflowType is { } type ? $", workflows {type}" : "")}, "
        + budget.Period switch
        {
            BudgetPeriod.Run => "each run",
            BudgetPeriod.Month => "each month",
            _ => "for all time",
        };

    private static string Text(BudgetPeriod period) => period switch
    {
        BudgetPeriod.Run => "run",
        BudgetPeriod.Month => "month",
        _ => "total",
    };

    private static BudgetPeriod Period(string text) => text switch
    {
        "run" => BudgetPeriod.Run,
        "month" => BudgetPeriod.Month,
        _ => BudgetPeriod.Total,
    };

    private static string Usd(decimal amount) => string.Create(CultureInfo.InvariantCulture, $"{amount:0.00####} USD");

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex ValidId();

    // What a request adds to its accounts.
    private readonly record struct Share(long Spent, long Reserved, long Uncertain, long Unknown)
    {
        public static Share Of(LedgerRow row) =>
            row.Outcome is null ? new(0, row.Reserved ?? 0, 0, 0)
            : row.Cost is { } cost ? new(cost, 0, 0, 0)
            : new(0, 0, row.Reserved ?? 0, 1);
    }
}
