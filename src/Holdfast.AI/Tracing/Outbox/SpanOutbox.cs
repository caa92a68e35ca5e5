using Holdfast.AI.Database;
using Microsoft.Data.Sqlite;

namespace Holdfast.AI.Tracing.Outbox;

/// <summary>
/// The table of what is to be exported. Each span is in it once, by its id, from when it begins until long after it was sent: so it is
/// sent once, whoever tells of it how often. What was put into a batch does not change, and a batch stays until it was taken.
/// </summary>
internal sealed class SpanOutbox
{
    /// <summary>Langfuse's cloud takes 5 MB.</summary>
    internal const int MaxBatchBytes = 4_000_000;

    /// <summary>Langfuse's limit for scores is 3.5 MB, and each is answered by itself.</summary>
    private const int MaxScoreBatchBytes = 1_000_000;

    internal const int MaxBatchItems = 500;

    private const string Concern = "tracing";
    private const string SchemaFolder = "Holdfast.AI.Tracing.Schema.";
    private const int DropStep = 500;
    private const int PruneStep = 1_000;

    private readonly AIDatabase database;

    public SpanOutbox(AIDatabase database)
    {
        this.database = database;
        database.Migrate(Concern, AIDatabase.Schemas(typeof(SpanOutbox).Assembly, SchemaFolder));
    }

    /// <summary>Beside the database's file; whoever holds it is the one that sends.</summary>
    /// <param name="project">Each project has a sender of its own.</param>
    public string ExporterLockFile(string project) => project.Length == 0 ? $"{database.Path}.exporter" : $"{database.Path}.exporter.{project}";

    /// <summary>Writes entries down, all or none.</summary>
    /// <returns>How many waiting items were given up because more than <paramref name="maxWaitingBytes"/> waited.</returns>
    public int Write(IReadOnlyList<OutboxEntry> entries, DateTimeOffset now, long maxWaitingBytes) => database.Write(transaction =>
    {
        foreach (var entry in entries)
            Write(transaction, entry, now.ToUnixTimeMilliseconds());
        return GiveUp(transaction, now.ToUnixTimeMilliseconds(), maxWaitingBytes);
    });

    /// <summary>Whether an item was written, sent or not.</summary>
    public bool Knows(ItemKind kind, string traceId, string itemId) => database.Read(transaction => transaction.Query(
        "SELECT 1 FROM trace_item WHERE trace_id = $trace AND item_id = $item AND kind = $kind AND state <> 0", _ => true,
        ("$trace", traceId), ("$item", itemId), ("$kind", (int)kind)).Count > 0);

    /// <summary>The batch that is to be sent now: one that was sent before and not taken, or a new one of what waits. Null: nothing waits.</summary>
    /// <param name="envelope">What stands before and after the items of a new batch.</param>
    /// <param name="project">Of what goes there.</param>
    public ExportBatch? Next(string project, Func<ItemKind, (byte[] Head, byte[] Tail)> envelope, int maxBytes = MaxBatchBytes)
    {
        var pending = database.Read(transaction => Pending(transaction, project));
        return pending ?? database.Write(transaction => Pending(transaction, project) ?? Compose(transaction, project, envelope, maxBytes));
    }

    /// <summary>The batch was taken.</summary>
    public void Sent(ExportBatch batch, DateTimeOffset now) => database.Write(transaction =>
    {
        var (items, bytes) = Sum(transaction, "batch = $id", ("$id", batch.Id));
        transaction.Execute(
            "UPDATE trace_item SET state = 3, at = $at, payload = NULL, batch = NULL WHERE batch = $id AND state = 2", ("$at", Ms(now)), ("$id", batch.Id));
        transaction.Execute("DELETE FROM trace_batch WHERE id = $id", ("$id", batch.Id));
        Count(transaction, "sent", items);
        Count(transaction, "waiting_items", -items);
        Count(transaction, "waiting_bytes", -bytes);
    });

    /// <summary>Something in the batch was refused, and with it all of it: its halves are tried by themselves.</summary>
    public void Split(ExportBatch batch) => database.Write(transaction =>
    {
        var half = batch.Items[batch.Items.Count / 2].Seq;
        foreach (var part in (string[])["seq < $half", "seq >= $half"])
        {
            var id = transaction.Query(
                "INSERT INTO trace_batch (kind, head, tail, project) SELECT kind, head, tail, project FROM trace_batch WHERE id = $id RETURNING id",
                row => row.GetInt64(0), ("$id", batch.Id))[0];
            transaction.Execute($"UPDATE trace_item SET batch = $new WHERE batch = $id AND state = 2 AND {part}", ("$new", id), ("$id", batch.Id), ("$half", half));
        }

        transaction.Execute("DELETE FROM trace_batch WHERE id = $id", ("$id", batch.Id));
    });

    /// <summary>Langfuse takes neither this item nor will it later: it is set aside, with its payload and the reason.</summary>
    public void Refuse(ExportBatch batch, string itemId, string problem, DateTimeOffset now) => database.Write(transaction =>
    {
        var (items, bytes) = Sum(transaction, "batch = $id AND item_id = $item", ("$id", batch.Id), ("$item", itemId));
        transaction.Execute(
            "UPDATE trace_item SET state = 4, at = $at, batch = NULL, problem = $problem WHERE batch = $id AND item_id = $item AND state = 2",
            ("$at", Ms(now)), ("$problem", problem), ("$id", batch.Id), ("$item", itemId));
        transaction.Execute(
            "DELETE FROM trace_batch WHERE id = $id AND NOT EXISTS (SELECT 1 FROM trace_item WHERE batch = $id AND state = 2)", ("$id", batch.Id));
        Count(transaction, "refused", items);
        Count(transaction, "waiting_items", -items);
        Count(transaction, "waiting_bytes", -bytes);
    });

    /// <summary>Forgets what was dealt with long ago, a bounded number at a time, and gives up waiting for the end of spans that old.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool Prune(DateTimeOffset before) => database.Write(transaction =>
    {
        CloseOpen(transaction, "at < $before", Ms(before), ("$before", Ms(before)));
        return transaction.Execute(
            $"DELETE FROM trace_item WHERE seq IN (SELECT seq FROM trace_item WHERE state >= 3 AND at < $before LIMIT {PruneStep})", ("$before", Ms(before))) == PruneStep;
    });

    public TracingHealth Health(string? problem) => database.Read(transaction => new TracingHealth
    {
        Waiting = Counter(transaction, "waiting_items"),
        WaitingBytes = Counter(transaction, "waiting_bytes"),
        OldestSince = transaction.Query("SELECT min(at) FROM trace_item WHERE state IN (1, 2)", row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0))[0] is { } at
            ? DateTimeOffset.FromUnixTimeMilliseconds(at)
            : null,
        Sent = Counter(transaction, "sent"),
        Refused = Counter(transaction, "refused"),
        GivenUp = Counter(transaction, "given_up"),
        Problem = problem,
    });

    /// <summary>A number that is kept under a name; 0 before it is set.</summary>
    public long Note(string name) => database.Read(transaction => Counter(transaction, name));

    public void Note(string name, long value) => database.Write(transaction =>
    {
        transaction.Execute(
            "INSERT INTO trace_counter (name, value) VALUES ($name, $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value", ("$name", name), ("$value", value));
    });

    private static void Write(AITransaction transaction, OutboxEntry entry, long now)
    {
        switch (entry)
        {
            case OutboxEntry.Begun begun:
                transaction.Execute(
                    """
                    INSERT OR IGNORE INTO trace_item (kind, trace_id, item_id, state, activity, attempt, payload, bytes, at, project)
                    VALUES (0, $trace, $item, 0, $activity, $attempt, $payload, $bytes, $at, $project)
                    """,
                    ("$trace", begun.TraceId), ("$item", begun.SpanId), ("$activity", begun.ActivityId), ("$attempt", begun.Attempt),
                    ("$payload", begun.Payload), ("$bytes", begun.Payload.Length), ("$at", now), ("$project", begun.Project));
                break;
            case OutboxEntry.Ended ended:
                End(transaction, ItemKind.Span, ended.TraceId, ended.SpanId, ended.Payload, ended.Project, now);
                break;
            case OutboxEntry.Score score:
                End(transaction, ItemKind.Score, score.TraceId, score.ScoreId, score.Payload, score.Project, now);
                break;
            case OutboxEntry.AttemptsLost lost:
                CloseOpen(transaction, "trace_id = $trace AND activity = $activity AND attempt < $attempt", now,
                    ("$trace", lost.TraceId), ("$activity", lost.ActivityId), ("$attempt", lost.BeforeAttempt));
                break;
            case OutboxEntry.RunClosed closed:
                CloseOpen(transaction, "trace_id = $trace", now, ("$trace", closed.TraceId));
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static void End(AITransaction transaction, ItemKind kind, string traceId, string itemId, byte[] payload, string project, long now)
    {
        (string, object?)[] identity = [("$trace", traceId), ("$item", itemId), ("$kind", (int)kind)];
        (string, object?)[] all = [.. identity, ("$payload", payload), ("$bytes", payload.Length), ("$at", now)];
        const string Identity = "trace_id = $trace AND item_id = $item AND kind = $kind";
        // One that was taken for lost, and was not, may still be put right while it waits.
        var late = Sum(transaction, $"{Identity} AND state = 1 AND lost = 1", identity);
        if (late.Items > 0)
        {
            transaction.Execute($"UPDATE trace_item SET payload = $payload, bytes = $bytes, lost = 0 WHERE {Identity}", all);
            Count(transaction, "waiting_bytes", payload.Length - late.Bytes);
            return;
        }

        var written = transaction.Execute($"UPDATE trace_item SET state = 1, payload = $payload, bytes = $bytes, at = $at WHERE {Identity} AND state = 0", all);
        if (written == 0)
        {
            written = transaction.Execute(
                "INSERT OR IGNORE INTO trace_item (kind, trace_id, item_id, state, payload, bytes, at, project) VALUES ($kind, $trace, $item, 1, $payload, $bytes, $at, $project)",
                [.. all, ("$project", project)]);
        }

        Count(transaction, "waiting_items", written);
        Count(transaction, "waiting_bytes", written * payload.Length);
    }

    private static void CloseOpen(AITransaction transaction, string which, long now, params (string Name, object? Value)[] parameters)
    {
        var (items, bytes) = Sum(transaction, $"state = 0 AND {which}", parameters);
        if (items == 0)
            return;

        transaction.Execute($"UPDATE trace_item SET state = 1, lost = 1, at = $now WHERE state = 0 AND {which}", [.. parameters, ("$now", now)]);
        Count(transaction, "waiting_items", items);
        Count(transaction, "waiting_bytes", bytes);
    }

    private static int GiveUp(AITransaction transaction, long now, long maxWaitingBytes)
    {
        var dropped = 0;
        while (Counter(transaction, "waiting_bytes") > maxWaitingBytes)
        {
            var (items, bytes) = Sum(transaction, $"seq IN (SELECT seq FROM trace_item WHERE state = 1 ORDER BY seq LIMIT {DropStep})");
            if (items == 0)
                break;

            transaction.Execute(
                $"UPDATE trace_item SET state = 5, at = $now, payload = NULL WHERE seq IN (SELECT seq FROM trace_item WHERE state = 1 ORDER BY seq LIMIT {DropStep})", ("$now", now));
            Count(transaction, "waiting_items", -items);
            Count(transaction, "waiting_bytes", -bytes);
            Count(transaction, "given_up", items);
            dropped += (int)items;
        }

        return dropped;
    }

    private static ExportBatch? Pending(AITransaction transaction, string project)
    {
        var found = transaction.Query(
            "SELECT id, kind, head, tail FROM trace_batch WHERE project = $project ORDER BY id LIMIT 1",
            row => (Id: row.GetInt64(0), Kind: (ItemKind)row.GetInt32(1), Head: row.GetFieldValue<byte[]>(2), Tail: row.GetFieldValue<byte[]>(3)), ("$project", project));
        if (found.Count == 0)
            return null;

        var batch = found[0];
        var items = transaction.Query(
            "SELECT seq, item_id, payload FROM trace_item WHERE batch = $id AND state = 2 ORDER BY seq",
            row => (Seq: row.GetInt64(0), ItemId: row.GetString(1), Payload: row.GetFieldValue<byte[]>(2)), ("$id", batch.Id));
        using var body = new MemoryStream();
        body.Write(batch.Head);
        for (var index = 0; index < items.Count; index++)
        {
            if (index > 0)
                body.WriteByte((byte)',');
            body.Write(items[index].Payload);
        }

        body.Write(batch.Tail);
        return new(batch.Id, batch.Kind, [.. items.Select(item => (item.Seq, item.ItemId))], body.ToArray());
    }

    private static ExportBatch? Compose(AITransaction transaction, string project, Func<ItemKind, (byte[] Head, byte[] Tail)> envelope, int maxBytes)
    {
        // By turns of what waits longest, so neither kind waits for ever.
        var oldest = transaction.Query(
            "SELECT kind FROM trace_item WHERE state = 1 AND project = $project ORDER BY seq LIMIT 1", row => (ItemKind)row.GetInt32(0), ("$project", project));
        if (oldest.Count == 0)
            return null;

        var kind = oldest[0];
        var limit = kind is ItemKind.Score ? Math.Min(maxBytes, MaxScoreBatchBytes) : maxBytes;
        var (head, tail) = envelope(kind);
        var size = head.Length + tail.Length;
        long last = 0;
        foreach (var (seq, bytes) in transaction.Query(
            $"SELECT seq, bytes FROM trace_item WHERE state = 1 AND project = $project AND kind = $kind ORDER BY seq LIMIT {MaxBatchItems}",
            row => (row.GetInt64(0), row.GetInt32(1)), ("$project", project), ("$kind", (int)kind)))
        {
            // The first in any case, or it would never leave.
            if (last != 0 && size + bytes + 1 > limit)
                break;
            size += bytes + 1;
            last = seq;
        }

        var id = transaction.Query(
            "INSERT INTO trace_batch (kind, head, tail, project) VALUES ($kind, $head, $tail, $project) RETURNING id",
            row => row.GetInt64(0), ("$kind", (int)kind), ("$head", head), ("$tail", tail), ("$project", project))[0];
        transaction.Execute(
            "UPDATE trace_item SET state = 2, batch = $id WHERE state = 1 AND project = $project AND kind = $kind AND seq <= $last",
            ("$id", id), ("$project", project), ("$kind", (int)kind), ("$last", last));
        return Pending(transaction, project);
    }

    private static (long Items, long Bytes) Sum(AITransaction transaction, string which, params (string Name, object? Value)[] parameters) =>
        transaction.Query($"SELECT count(*), coalesce(sum(bytes), 0) FROM trace_item WHERE {which}", Pair, parameters)[0];

    private static (long, long) Pair(SqliteDataReader row) => (row.GetInt64(0), row.GetInt64(1));

    private static long Counter(AITransaction transaction, string name) =>
        transaction.Query("SELECT coalesce(max(value), 0) FROM trace_counter WHERE name = $name", row => row.GetInt64(0), ("$name", name))[0];

    private static void Count(AITransaction transaction, string name, long more) => transaction.Execute(
        "INSERT INTO trace_counter (name, value) VALUES ($name, $more) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value", ("$name", name), ("$more", more));

    private static long Ms(DateTimeOffset at) => at.ToUnixTimeMilliseconds();
}
