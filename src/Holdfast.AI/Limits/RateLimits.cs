using Holdfast.AI.Chat;
using Holdfast.AI.Costs;
using Holdfast.AI.Database;
using Microsoft.Data.Sqlite;

namespace Holdfast.AI.Limits;

/// <summary>
/// Limits of requests, tokens and simultaneous requests of each key, which all workers of the machine keep together. A call that finds no room
/// takes a place in the key's queue and is told when to ask again; nothing waits in a worker.
/// </summary>
/// <remarks>
/// <para>Rates are buckets that fill continuously and hold ten seconds' worth. A request that is larger than the bucket is let in when it is
/// full, and those after it wait until it has filled up again.</para>
/// <para>The queue is fair between tenants (start-time fair queueing): each tenant's calls follow one another in a queue of its own that begins
/// where the key's queue stands now, and of all queues the foremost call is next. So a tenant with one call comes in between the
/// thousand calls of another. Whoever does not ask when it was told to is passed over, and forgotten after a while.</para>
/// </remarks>
public sealed class RateLimits
{
    private const double BucketMinutes = 1.0 / 6;

    // Longer than a retry takes from when it is due until it asks, in a system under load.
    private static readonly TimeSpan Punctual = TimeSpan.FromSeconds(5);

    // Whoever comes after this gets a new place.
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LongestUse = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);

    // Before any request has ended: a usual one.
    private const double FirstDurationMs = 2_000;

    private readonly AIDatabase database;
    private readonly TimeProvider time;

    public RateLimits(AIDatabase database, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(database);
        this.database = database;
        this.time = time;
        database.Migrate("limits", AIDatabase.Schemas(typeof(RateLimits).Assembly, "Holdfast.AI.Limits.Schema."));
    }

    /// <summary>Sets the limits of a key, for calls that begin from now on.</summary>
    /// <exception cref="ArgumentException">A limit is not more than 0.</exception>
    public void Set(RateLimit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        ArgumentException.ThrowIfNullOrWhiteSpace(limit.Key);
        if (limit.RequestsPerMinute is <= 0 || limit.TokensPerMinute is <= 0 || limit.Concurrency is <= 0)
            throw new ArgumentException($"A limit of {limit.Key} is not more than 0. Leave out what is not to be limited.");

        database.Write(transaction => transaction.Execute(
            "INSERT OR REPLACE INTO rate_limit (key, requests_per_minute, tokens_per_minute, concurrency) VALUES ($key, $requests, $tokens, $concurrency)",
            ("$key", limit.Key),
            ("$requests", limit.RequestsPerMinute),
            ("$tokens", limit.TokensPerMinute),
            ("$concurrency", limit.Concurrency)));
    }

    /// <summary>Takes the limits of a key away. False: there were none.</summary>
    public bool Remove(string key) => database.Write(transaction => transaction.Execute("DELETE FROM rate_limit WHERE key = $key", ("$key", key))) > 0;

    /// <summary>Lets a key be used again although its provider asked to wait longer, as after it was given a higher limit.</summary>
    public void Reopen(string key) => database.Write(transaction => transaction.Execute("UPDATE rate_bucket SET shut_until = 0 WHERE key = $key", ("$key", key)));

    /// <summary>All limits, by key.</summary>
    public IReadOnlyList<RateLimit> List() => database.Read(transaction =>
        transaction.Query("SELECT key, requests_per_minute, tokens_per_minute, concurrency FROM rate_limit ORDER BY key", ReadLimit));

    /// <summary>How it stands with each key that was used, by key.</summary>
    public IReadOnlyList<RateState> States()
    {
        var now = Now;
        return database.Read(transaction => transaction.Query(
            """
            SELECT key, (SELECT count(*) FROM rate_place p WHERE p.key = b.key AND p.due > $forgotten), (SELECT count(*) FROM rate_use u WHERE u.key = b.key), shut_until
            FROM rate_bucket b ORDER BY key
            """,
            row => new RateState(row.GetString(0), row.GetInt32(1), row.GetInt32(2), row.GetInt64(3) > now ? DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)) : null),
            ("$forgotten", now - Ms(Forgotten))));
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Lets a request in, or gives its call a place.</summary>
    /// <returns>Null: it is in. Otherwise when to ask again.</returns>
    internal RateTurn? Enter(AITransaction transaction, RateTicket ticket)
    {
        if (ticket.Place is { } place)
            return Enter(transaction, ticket, place);

        var turn = Enter(transaction, ticket, ticket.Request);
        transaction.Execute("DELETE FROM rate_place WHERE id = $id", ("$id", ticket.Request));
        return turn;
    }

    private RateTurn? Enter(AITransaction transaction, RateTicket ticket, string call)
    {
        var limit = Limit(transaction, ticket);
        var now = Now;
        if (Bucket(transaction, ticket.Key, limit, now) is not { } bucket)
            return null;

        transaction.Execute("DELETE FROM rate_place WHERE key = $key AND due < $forgotten", ("$key", ticket.Key), ("$forgotten", now - Ms(Forgotten)));
        transaction.Execute("DELETE FROM rate_use WHERE key = $key AND started_at < $forgotten", ("$key", ticket.Key), ("$forgotten", now - Ms(LongestUse)));
        var (start, number) = Place(transaction, ticket, call, limit, bucket);
        var (ahead, aheadTokens) = transaction.Query(
            "SELECT count(*), coalesce(sum(tokens), 0) FROM rate_place WHERE key = $key AND due >= $punctual AND (start, number) < ($start, $number)",
            row => (row.GetInt32(0), row.GetDouble(1)),
            ("$key", ticket.Key),
            ("$punctual", now - Ms(Punctual)),
            ("$start", start),
            ("$number", number))[0];

        var minutes = 0.0;
        if (limit.RequestsPerMinute is { } requests)
            minutes = Math.Max(minutes, (ahead + 1 - bucket.Requests) / requests);
        if (limit.TokensPerMinute is { } tokens)
            minutes = Math.Max(minutes, (aheadTokens + Math.Min(ticket.Tokens, tokens * BucketMinutes) - bucket.Tokens) / tokens);
        var wait = minutes * 60_000;
        if (limit.Concurrency is { } concurrency)
        {
            var used = transaction.Query("SELECT count(*) FROM rate_use WHERE key = $key", row => row.GetInt32(0), ("$key", ticket.Key))[0];
            if (ahead + 1 > concurrency - used)
                wait = Math.Max(wait, bucket.DurationMs * Math.Ceiling((ahead + 1 - Math.Max(concurrency - used, 0)) / (double)concurrency));
        }

        var shut = bucket.ShutUntil > now;
        if (shut)
            // Those who wait for it do not all come in the same moment.
            wait = bucket.ShutUntil - now + Math.Max(wait, ahead * 20.0);

        // Rounding may leave a trillionth of a request missing.
        if (wait < 0.001)
        {
            transaction.Execute("DELETE FROM rate_place WHERE id = $id", ("$id", call));
            transaction.Execute(
                "UPDATE rate_bucket SET requests = requests - 1, tokens = tokens - $tokens, virtual = max(virtual, $start) WHERE key = $key",
                ("$tokens", (double)ticket.Tokens),
                ("$start", start),
                ("$key", ticket.Key));
            transaction.Execute(
                "INSERT OR IGNORE INTO rate_use (id, key, tokens, started_at) VALUES ($id, $key, $tokens, $now)",
                ("$id", ticket.Request),
                ("$key", ticket.Key),
                ("$tokens", (double)ticket.Tokens),
                ("$now", now));
            return null;
        }

        var until = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(wait, ShortestWait.TotalMilliseconds)));
        transaction.Execute("UPDATE rate_place SET due = $due WHERE number = $number", ("$due", now + Ms(until)), ("$number", number));
        return new(until, ahead, shut);
    }

    /// <summary>Ends a request that was let in: what it did not take comes back, and what the provider asks for holds for all.</summary>
    internal void Leave(AITransaction transaction, ModelRequest request, ChatAttempt attempt)
    {
        var key = RateTicket.KeyOf(request);
        var now = Now;
        var uses = transaction.Query("SELECT tokens, started_at FROM rate_use WHERE id = $id", row => (Tokens: row.GetDouble(0), StartedAt: row.GetInt64(1)), ("$id", request.Id));
        if (uses is [var use])
        {
            // A request that was turned away took no tokens; of one that was cut off nobody knows, so it took all that it was allowed.
            var taken = TokenUsage.Of(attempt.Usage) is { } usage ? usage.AllInput + usage.AllOutput : attempt.CostUsd is 0 ? 0 : use.Tokens;
            transaction.Execute(
                "UPDATE rate_bucket SET tokens = tokens + $back, duration_ms = duration_ms * 0.8 + $duration * 0.2 WHERE key = $key",
                ("$back", use.Tokens - taken),
                ("$duration", (double)(now - use.StartedAt)),
                ("$key", key));
            Forget(transaction, request.Id);
        }

        if (attempt is { RetryAfterMs: { } wait, StatusCode: 429 })
        {
            transaction.Execute(
                """
                INSERT INTO rate_bucket (key, requests, tokens, at, virtual, shut_until, duration_ms) VALUES ($key, 0, 0, $now, 0, $until, $duration)
                ON CONFLICT (key) DO UPDATE SET shut_until = max(shut_until, $until)
                """,
                ("$key", key),
                ("$now", now),
                ("$until", now + wait),
                ("$duration", FirstDurationMs));
        }
    }

    /// <summary>Ends a request of which nobody will hear any more.</summary>
    internal static void Forget(AITransaction transaction, string request) => transaction.Execute("DELETE FROM rate_use WHERE id = $id", ("$id", request));

    private static RateLimit Limit(AITransaction transaction, RateTicket ticket) =>
        transaction.Query(
            "SELECT key, requests_per_minute, tokens_per_minute, concurrency FROM rate_limit WHERE key IN ($key, $reference) ORDER BY key = $key DESC LIMIT 1",
            ReadLimit,
            ("$key", ticket.Key),
            ("$reference", ticket.Reference)) is [var limit]
            ? limit
            : new(ticket.Key);

    // Filled up to now. Null: nothing is limited, and the provider has not asked for anything.
    private static BucketRow? Bucket(AITransaction transaction, string key, RateLimit limit, long now)
    {
        var rows = transaction.Query(
            "SELECT requests, tokens, at, virtual, shut_until, duration_ms FROM rate_bucket WHERE key = $key",
            row => (Requests: row.GetDouble(0), Tokens: row.GetDouble(1), At: row.GetInt64(2), new BucketRow(0, 0, row.GetDouble(3), row.GetInt64(4), row.GetDouble(5))),
            ("$key", key));
        var limited = limit.RequestsPerMinute is not null || limit.TokensPerMinute is not null || limit.Concurrency is not null;
        if (!limited && (rows is not [var shut] || shut.Item4.ShutUntil <= now))
            return null;

        // At least one request, and full at first. A clock that was set back fills nothing.
        var (most, mostTokens) = (Math.Max((limit.RequestsPerMinute ?? 0) * BucketMinutes, 1), (limit.TokensPerMinute ?? 0) * BucketMinutes);
        var minutes = rows is [var row] ? Math.Max(now - row.At, 0) / 60_000.0 : double.MaxValue;
        var bucket = (rows is [var before] ? before.Item4 : new(0, 0, 0, 0, FirstDurationMs)) with
        {
            Requests = Math.Min(most, (rows is [var r] ? r.Requests : 0) + Filled(limit.RequestsPerMinute, minutes)),
            Tokens = Math.Min(mostTokens, (rows is [var t] ? t.Tokens : 0) + Filled(limit.TokensPerMinute, minutes)),
        };
        transaction.Execute(
            "INSERT OR REPLACE INTO rate_bucket (key, requests, tokens, at, virtual, shut_until, duration_ms) VALUES ($key, $requests, $tokens, $now, $virtual, $shut, $duration)",
            ("$key", key),
            ("$requests", bucket.Requests),
            ("$tokens", bucket.Tokens),
            ("$now", now),
            ("$virtual", bucket.Virtual),
            ("$shut", bucket.ShutUntil),
            ("$duration", bucket.DurationMs));
        return bucket;
    }

    private static double Filled(double? perMinute, double minutes) => perMinute is not { } rate ? 0 : minutes == double.MaxValue ? rate : rate * minutes;

    // Its tenant's calls follow one another; a tenant that has none waiting begins where the queue stands.
    private static (double Start, long Number) Place(AITransaction transaction, RateTicket ticket, string call, RateLimit limit, BucketRow bucket)
    {
        if (Find(transaction, call, ticket.Key) is { } place)
            return place;

        var weight = Math.Max(1 / (limit.RequestsPerMinute ?? double.MaxValue), ticket.Tokens / (limit.TokensPerMinute ?? double.MaxValue));
        transaction.Execute(
            """
            INSERT INTO rate_place (id, key, tenant, tokens, start, finish, due)
            SELECT $id, $key, $tenant, $tokens, at, at + $weight, $never
            FROM (SELECT max($virtual, coalesce(max(finish), 0)) AS at FROM rate_place WHERE key = $key AND tenant = $tenant)
            """,
            ("$id", call),
            ("$key", ticket.Key),
            ("$tenant", ticket.Tenant),
            ("$tokens", (double)ticket.Tokens),
            // With nothing but a limit of simultaneous requests, each counts the same.
            ("$weight", weight < 1e-300 ? 1 : weight),
            ("$virtual", bucket.Virtual),
            ("$never", long.MaxValue));
        return Find(transaction, call, ticket.Key)!.Value;
    }

    private static (double Start, long Number)? Find(AITransaction transaction, string call, string key) =>
        transaction.Query(
            "SELECT start, number FROM rate_place WHERE id = $id AND key = $key", row => (row.GetDouble(0), row.GetInt64(1)), ("$id", call), ("$key", key)) is [var place]
            ? place
            : null;

    private static RateLimit ReadLimit(SqliteDataReader row) => new(row.GetString(0))
    {
        RequestsPerMinute = row.IsDBNull(1) ? null : row.GetDouble(1),
        TokensPerMinute = row.IsDBNull(2) ? null : row.GetDouble(2),
        Concurrency = row.IsDBNull(3) ? null : row.GetInt32(3),
    };

    private static long Ms(TimeSpan span) => (long)span.TotalMilliseconds;

    private sealed record BucketRow(double Requests, double Tokens, double Virtual, long ShutUntil, double DurationMs);
}
