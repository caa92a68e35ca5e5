using System.Globalization;
using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Limits;
using Holdfast.AI.Models;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.AI.Costs;

/// <summary>
/// Keeps the ledger, its budgets and the limits: asks and reserves before a request, settles after it, each in one transaction.
/// </summary>
internal sealed partial class CostObserver : IModelRequestObserver
{
    private readonly AIDatabase database;
    private readonly Budgets budgets;
    private readonly ModelPrices prices;
    private readonly RateLimits limits;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    // The ledger is asked for because it makes the tables.
    public CostObserver(AIDatabase database, CostLedger ledger, Budgets budgets, RateLimits limits, ModelPrices prices, TimeProvider time, ILogger<CostObserver>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        this.database = database;
        this.budgets = budgets;
        this.prices = prices;
        this.limits = limits;
        this.time = time;
        this.logger = logger ?? NullLogger<CostObserver>.Instance;
    }

    public ValueTask BeginAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        var estimate = TokenEstimate.Of(request.Messages, request.Options);
        var reserved = prices.Current.Cost(request.Provider, request.Model, request.StartedAt, estimate);
        var row = new LedgerRow(request.Id, request.Tenant, request.RunId, request.WorkflowType, CostLedger.Month(request.StartedAt), null, Money.Stored(reserved), null);
        var alerts = new List<string>();
        BudgetRefusal? refusal = null;
        RateTurn? turn = null;
        try
        {
            database.Write(transaction =>
            {
                foreach (var (before, after) in CostLedger.SettleLost(transaction, request, time.GetUtcNow()))
                {
                    alerts.AddRange(budgets.Changed(transaction, before, after));
                    RateLimits.Forget(transaction, before.Id);
                }

                refusal = budgets.Refusal(transaction, row);
                turn = refusal is null ? limits.Enter(transaction, RateTicket.Of(request, estimate.AllInput + estimate.AllOutput)) : null;
                if (refusal is null && turn is null && CostLedger.Open(transaction, request, reserved))
                    budgets.Changed(transaction, before: null, row);
            });
        }
        catch (Exception exception) when (exception is SqliteException or AIDatabaseException)
        {
            // Without its row a request would be one that nobody knows of.
            throw new ModelException(ModelFailureKind.AccountingUnavailable, retryable: true, $"The cost ledger {database.Path} cannot be written: {exception.Message}", exception);
        }

        Tell(alerts);
        if (refusal is not null)
            throw new ModelException(ModelFailureKind.BudgetExhausted, retryable: false, refusal.Text) { WaitFor = refusal.Account.WaitingFor };
        return turn is null ? default : throw new ModelException(ModelFailureKind.CapacityWaiting, retryable: true, Text(request, turn))
        {
            RetryAfter = turn.Wait,
            WaitFor = request.Place,
            // What an operator limits is not to be got around; a provider that is overrun has a stand-in for just that.
            MayGoElsewhere = turn.Shut,
        };
    }

    public ValueTask EndAsync(ModelRequest request, ChatAttempt attempt, ChatResponse? response)
    {
        Tell(database.Write(transaction =>
        {
            limits.Leave(transaction, request, attempt);
            return CostLedger.Settle(transaction, request.Id, attempt, time.GetUtcNow()) is (var before, var after) ? budgets.Changed(transaction, before, after) : [];
        }));
        return default;
    }

    private static string Text(ModelRequest request, RateTurn turn) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(turn.Shut ? $"{request.Provider} has asked to wait" : "The limits have no room now")}: {turn.Ahead} calls with credential {RateTicket.KeyOf(request)} come before this one, which asks again in {turn.Wait.TotalSeconds:0.0} s.");

    private void Tell(IEnumerable<string> alerts)
    {
        foreach (var alert in alerts)
            LogAlert(logger, alert);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Alert}")]
    private static partial void LogAlert(ILogger logger, string alert);
}
