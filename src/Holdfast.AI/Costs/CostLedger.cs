using System.Globalization;
using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Microsoft.Data.Sqlite;

namespace Holdfast.AI.Costs;

/// <summary>
/// Every request to a provider, with what it took: a row is there, on disk, before the request is made, so a worker that is killed leaves
/// a request whose cost is unknown and never one that nobody knows of.
/// </summary>
public sealed class CostLedger
{
    // No request takes as long: model timeouts are minutes. Whoever made it is gone.
    private static readonly TimeSpan LongestRequest = TimeSpan.FromHours(1);

    private const string Columns =
        "id, tenant, workflow_id, run_id, workflow_type, provider, model, credential, started_at, ended_at, outcome, cost, reserved, input, cache_read, cache_write_5m, cache_write_1h, output, reasoning";

    private readonly AIDatabase database;

    public CostLedger(AIDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        this.database = database;
        database.Migrate("costs", AIDatabase.Schemas(typeof(CostLedger).Assembly, "Holdfast.AI.Costs.Schema."));
    }

    /// <summary>Adds up requests, the dearest group first; months and days in their order.</summary>
    public IReadOnlyList<CostSum> Sum(CostGroup by, CostFilter? filter = null, int limit = 1000)
    {
        var key = by switch
        {
            CostGroup.Tenant => "tenant",
            CostGroup.Model => "provider || '/' || model",
            CostGroup.WorkflowType => "coalesce(workflow_type, '')",
            CostGroup.Month => "month",
            CostGroup.Day => "strftime('%Y-%m-%d', started_at / 1000, 'unixepoch')",
            CostGroup.Run => "coalesce(run_id, '')",
            _ => throw new ArgumentOutOfRangeException(nameof(by)),
        };
        var order = by is CostGroup.Month or CostGroup.Day ? "1" : "4 DESC, 1";
        var (where, parameters) = Condition(filter, limit);
        return database.Read(transaction => transaction.Query(
            $"""
            SELECT {key}, max(workflow_id), count(*), coalesce(sum(cost), 0), sum(outcome IS NOT NULL AND cost IS NULL), sum(outcome IS NULL),
                   coalesce(sum(CASE WHEN outcome IS NULL THEN reserved END), 0),
                   coalesce(sum(input + cache_read + cache_write_5m + cache_write_1h), 0), coalesce(sum(output + reasoning), 0)
            FROM model_request {where} GROUP BY 1 ORDER BY {order} LIMIT $limit
            """,
            row => new CostSum
            {
                Key = row.GetString(0),
                WorkflowId = by is CostGroup.Run ? Text(row, 1) : null,
                Requests = row.GetInt64(2),
                CostUsd = Money.Read(row.GetInt64(3)),
                UnknownCosts = row.GetInt64(4),
                UnderWay = row.GetInt64(5),
                ReservedUsd = Money.Read(row.GetInt64(6)),
                TokensIn = row.GetInt64(7),
                TokensOut = row.GetInt64(8),
            },
            parameters));
    }

    /// <summary>The requests themselves, newest first.</summary>
    public IReadOnlyList<CostEntry> Entries(CostFilter? filter = null, int limit = 100)
    {
        var (where, parameters) = Condition(filter, limit);
        return database.Read(transaction => transaction.Query(
            $"SELECT {Columns} FROM model_request {where} ORDER BY started_at DESC, id DESC LIMIT $limit", ReadEntry, parameters));
    }

    /// <summary>Opens the row of a request that is about to be made. A row that is there stays as it is.</summary>
    /// <param name="reserved">US dollars; null: not known.</param>
    /// <returns>Whether it was opened.</returns>
    internal static bool Open(AITransaction transaction, ModelRequest request, decimal? reserved) => transaction.Execute(
        """
        INSERT INTO model_request (id, tenant, namespace, workflow_id, run_id, workflow_type, activity_id, attempt, number, model_name, provider, model,
                                   credential, started_at, month, reserved)
        VALUES ($id, $tenant, $namespace, $workflow, $run, $type, $activity, $attempt, $number, $name, $provider, $model, $credential, $started, $month, $reserved)
        ON CONFLICT (id) DO NOTHING
        """,
        ("$id", request.Id),
        ("$tenant", request.Tenant),
        ("$namespace", request.Namespace),
        ("$workflow", request.WorkflowId),
        ("$run", request.RunId),
        ("$type", request.WorkflowType),
        ("$activity", request.ActivityId),
        ("$attempt", request.ActivityAttempt),
        ("$number", request.Number),
        ("$name", request.ModelName),
        ("$provider", request.Provider),
        ("$model", request.Model),
        ("$credential", request.Credential),
        ("$started", request.StartedAt.ToUnixTimeMilliseconds()),
        ("$month", Month(request.StartedAt)),
        ("$reserved", Money.Stored(reserved))) > 0;

    /// <summary>Settles a request. One that was taken for lost meanwhile is put right; one that has ended stays as it is.</summary>
    /// <returns>Its account before and after; null when there was nothing to settle.</returns>
    internal static (LedgerRow Before, LedgerRow After)? Settle(AITransaction transaction, string id, ChatAttempt attempt, DateTimeOffset now)
    {
        var usage = TokenUsage.Of(attempt.Usage);
        return Row(transaction, id) is { } before && (before.Outcome is null || (before.Outcome == ChatAttempt.Lost && attempt.Outcome != ChatAttempt.Lost))
            ? (before, Change(transaction, before, attempt.Outcome, attempt.CostUsd, usage, now))
            : null;
    }

    /// <summary>
    /// What can have no end any more: requests of earlier attempts of the same activity, whose worker died, and those that were begun too
    /// long ago.
    /// </summary>
    internal static IEnumerable<(LedgerRow Before, LedgerRow After)> SettleLost(AITransaction transaction, ModelRequest next, DateTimeOffset now)
    {
        var lost = transaction.Query(
            $"""
            SELECT {LedgerRow.Columns} FROM model_request WHERE outcome IS NULL AND started_at < $longAgo
            UNION
            SELECT {LedgerRow.Columns} FROM model_request
            WHERE run_id = $run AND outcome IS NULL AND namespace = $namespace AND activity_id = $activity AND attempt < $attempt
            """,
            LedgerRow.Read,
            ("$longAgo", (now - LongestRequest).ToUnixTimeMilliseconds()),
            ("$run", next.RunId),
            ("$namespace", next.Namespace),
            ("$activity", next.ActivityId),
            ("$attempt", next.ActivityAttempt));
        return [.. lost.Select(row => (row, Change(transaction, row, ChatAttempt.Lost, cost: null, usage: null, now)))];
    }

    internal static string Month(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static LedgerRow? Row(AITransaction transaction, string id) =>
        transaction.Query($"SELECT {LedgerRow.Columns} FROM model_request WHERE id = $id", LedgerRow.Read, ("$id", id)) is [var row] ? row : null;

    private static LedgerRow Change(AITransaction transaction, LedgerRow row, string outcome, decimal? cost, TokenUsage? usage, DateTimeOffset now)
    {
        var stored = Money.Stored(cost);
        transaction.Execute(
            """
            UPDATE model_request SET outcome = $outcome, cost = $cost, ended_at = $ended, input = $input, cache_read = $cacheRead,
                   cache_write_5m = $cacheWrite5m, cache_write_1h = $cacheWrite1h, output = $output, reasoning = $reasoning WHERE id = $id
            """,
            ("$id", row.Id),
            ("$outcome", outcome),
            ("$cost", stored),
            ("$ended", now.ToUnixTimeMilliseconds()),
            ("$input", usage?.Input),
            ("$cacheRead", usage?.CacheRead),
            ("$cacheWrite5m", usage?.CacheWrite5m),
            ("$cacheWrite1h", usage?.CacheWrite1h),
            ("$output", usage?.Output),
            ("$reasoning", usage?.Reasoning));
        return row with { Outcome = outcome, Cost = stored };
    }

    // Only what is asked for is in the text, so that SQLite finds the index that fits.
    private static (string Where, (string, object?)[] Parameters) Condition(CostFilter? filter, int limit)
    {
        (string Condition, string Name, object? Value)[] parts =
        [
            ("tenant = $tenant", "$tenant", filter?.Tenant),
            ("month = $month", "$month", filter?.Month),
            ("workflow_type = $type", "$type", filter?.WorkflowType),
            ("workflow_id = $workflow", "$workflow", filter?.WorkflowId),
            ("run_id = $run", "$run", filter?.RunId),
            ("started_at >= $from", "$from", filter?.From?.ToUnixTimeMilliseconds()),
            ("started_at < $until", "$until", filter?.Until?.ToUnixTimeMilliseconds()),
        ];
        var asked = parts.Where(part => part.Value is not null).ToArray();
        return (
            asked.Length == 0 ? "" : $"WHERE {string.Join(" AND ", asked.Select(part => part.Condition))}",
            [.. asked.Select(part => (part.Name, part.Value)), ("$limit", limit)]);
    }

    private static CostEntry ReadEntry(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Tenant = row.GetString(1),
        WorkflowId = Text(row, 2),
        RunId = Text(row, 3),
        WorkflowType = Text(row, 4),
        Provider = row.GetString(5),
        Model = row.GetString(6),
        Credential = Text(row, 7),
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8)),
        EndedAt = row.IsDBNull(9) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(9)),
        Outcome = Text(row, 10),
        CostUsd = row.IsDBNull(11) ? null : Money.Read(row.GetInt64(11)),
        ReservedUsd = row.IsDBNull(12) ? null : Money.Read(row.GetInt64(12)),
        Usage = row.IsDBNull(13) ? null : new()
        {
            Input = row.GetInt64(13),
            CacheRead = row.GetInt64(14),
            CacheWrite5m = row.GetInt64(15),
            CacheWrite1h = row.GetInt64(16),
            Output = row.GetInt64(17),
            Reasoning = row.GetInt64(18),
        },
    };

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
