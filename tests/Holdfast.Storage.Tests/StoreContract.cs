using Holdfast.Engine;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Tests;

/// <summary>What every store promises of journals, headers, slots, current runs, namespaces and settings.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    internal IStore Store { get; private set; } = null!;

    public Task InitializeAsync()
    {
        Store = Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        Closed();
    }

    protected abstract IStore Open();

    protected virtual void Closed()
    {
    }

    [Fact]
    public async Task A_run_reads_back_as_it_was_written()
    {
        var run = Run("order-1");
        await Store.Commit(First(run) with { Slots = [Slot("heartbeat:5", "half"), Slot("empty", "")] });
        await Store.Commit(Next(run, 2), Next(run, 3, "last"));

        var stored = await Store.LoadRunAsync(run, default);
        Assert.Equal(["first", "next", "last"], await Store.Rows(run));
        Assert.Equal(2, stored!.Slots.Count);
        Assert.Equal("half", stored.Slots["heartbeat:5"].ToStringUtf8());
        Assert.Equal("", stored.Slots["empty"].ToStringUtf8());
    }

    [Fact]
    public async Task Names_that_only_differ_in_case_or_carry_any_character_are_different_runs()
    {
        string[] names = ["order", "Order", "ord\u00e9r", "o'rder\"; --", "漢字 😀", new string('x', 1000), "a\0b"];
        foreach (var name in names)
            await Store.Commit(First(Run(name), name));
        foreach (var name in names)
        {
            Assert.Equal([name], await Store.Rows(Run(name)));
            Assert.Equal("run-1", await Store.FindCurrentRunAsync(Namespace, name, default));
        }
    }

    [Fact]
    public async Task An_unknown_run_is_null()
    {
        await Store.Commit(First(Run("order-1")));
        Assert.Null(await Store.LoadRunAsync(Run("order-2"), default));
        Assert.Null(await Store.LoadRunAsync(Run("order-1", "run-2"), default));
        Assert.Null(await Store.LoadRunAsync(new RunKey("other namespace", "order-1", "run-1"), default));
    }

    [Fact]
    public async Task A_run_occurs_in_several_batches_of_one_transaction()
    {
        var run = Run("order-1");
        await Store.CommitAsync(
            [
                await Store.Batch(3, First(run)),
                await Store.Batch(4, First(Run("order-2"))),
                await Store.Batch(3, Next(run, 2) with { Owes = true }, Next(run, 3)),
                await Store.Batch(3, Next(run, 4, "fourth") with { WakeAt = Noon }),
            ],
            default);

        Assert.Equal(["first", "next", "next", "fourth"], await Store.Rows(run));
        var due = Assert.Single(await Store.FindDueRunsAsync(3, DateTime.MaxValue, null, 10, default));
        Assert.Equal((run, false, Noon), (due.Run, due.Owes, due.WakeAt));
    }

    [Fact]
    public async Task A_large_row_reads_back()
    {
        var records = new string('r', 5_000_000);
        await Store.Commit(First(Run("order-1"), records));
        Assert.Equal([records], await Store.Rows(Run("order-1")));
    }

    [Fact]
    public async Task A_write_without_records_changes_slots_and_header_only()
    {
        var run = Run("order-1");
        await Store.Commit(First(run) with { Slots = [Slot("a", "1"), Slot("b", "1")] });
        await Store.Commit(Next(run, 2, "") with { Slots = [Slot("a", "2"), Slot("b", null), Slot("c", null)], WakeAt = Noon });

        Assert.Equal(["first"], await Store.Rows(run));
        Assert.Equal("2", Assert.Single((await Store.LoadRunAsync(run, default))!.Slots).Value.ToStringUtf8());
        Assert.Equal(Noon, Assert.Single(await Store.FindDueRunsAsync(0, DateTime.MaxValue, null, 10, default)).WakeAt);
        await Store.Commit(Next(run, 2));
        Assert.Equal(["first", "next"], await Store.Rows(run));
    }

    [Fact]
    public async Task A_run_cannot_be_created_twice()
    {
        await Store.Commit(First(Run("order-1")));
        await Refused(First(Run("order-1")));
        await Refused(First(Run("order-2")), First(Run("order-2")));
    }

    [Fact]
    public Task A_run_that_does_not_exist_cannot_be_written_on() => Refused(Next(Run("order-1"), 2));

    [Fact]
    public async Task A_taken_sequence_and_a_gap_are_refused()
    {
        var run = Run("order-1");
        await Store.Commit(First(run), Next(run, 2));
        await Refused(Next(run, 2));
        await Refused(Next(run, 4));
        await Refused(Next(run, 3), Next(run, 3));
        await Store.Commit(Next(run, 3));
        Assert.Equal(3, (await Store.Rows(run))!.Count());
    }

    [Fact]
    public async Task A_refused_transaction_leaves_no_trace()
    {
        var run = Run("order-1");
        await Store.Commit(First(run) with { Slots = [Slot("a", "1")] });
        await Refused(
            Next(run, 2) with { Slots = [Slot("a", "2")], Owes = true, Visibility = Row(Noon) },
            First(Run("order-2")),
            First(run));

        Assert.Equal(["first"], await Store.Rows(run));
        Assert.Equal("1", (await Store.LoadRunAsync(run, default))!.Slots["a"].ToStringUtf8());
        Assert.Null(await Store.LoadRunAsync(Run("order-2"), default));
        Assert.Null(await Store.FindCurrentRunAsync(Namespace, "order-2", default));
        Assert.Empty(await Store.FindDueRunsAsync(0, DateTime.MaxValue, null, 10, default));
        Assert.Empty((await Store.ListAsync(new VisibilityQuery(Namespace), default)).Entries);
        await Store.Commit(Next(run, 2));
    }

    [Fact]
    public async Task The_current_run_is_the_last_that_became_it()
    {
        Assert.Null(await Store.FindCurrentRunAsync(Namespace, "order-1", default));
        await Store.Commit(First(Run("order-1", "run-1")));
        await Store.Commit(First(Run("order-1", "run-2")));
        await Store.Commit(First(Run("order-1", "run-3")) with { BecomesCurrent = false }, Next(Run("order-1", "run-1"), 2));

        Assert.Equal("run-2", await Store.FindCurrentRunAsync(Namespace, "order-1", default));
        Assert.Null(await Store.FindCurrentRunAsync("other namespace", "order-1", default));
    }

    [Fact]
    public async Task Loading_begins_with_the_newest_row_that_has_a_snapshot()
    {
        var run = Run("order-1");
        await Store.Commit(First(run), Next(run, 2, "snapshot") with { HasSnapshot = true }, Next(run, 3));
        await Store.Commit(Next(run, 4, "newer snapshot") with { HasSnapshot = true });
        await Store.Commit(Next(run, 5) with { WakeAt = Noon });

        var stored = (await Store.LoadRunAsync(run, default))!;
        Assert.Equal(["newer snapshot", "next"], stored.Rows.Select(System.Text.Encoding.UTF8.GetString));
        Assert.Equal((4, 5), (stored.FirstSequence, stored.LastSequence));
        Assert.Equal(["first", "snapshot", "next", "newer snapshot", "next"], (await Store.LoadJournalAsync(run, default))!.Select(row => Text(row)));
        Assert.Null(await Store.LoadJournalAsync(Run("order-2"), default));
    }

    [Theory]
    [InlineData(1, 1, "1")]
    [InlineData(1, 2, "1")]
    [InlineData(2, 3, "1 3")]
    [InlineData(4, 4, "4")]
    [InlineData(3, 9, "3 4 6")]
    [InlineData(5, 5, "4")]
    [InlineData(1, 1000, "1 3 4 6")]
    [InlineData(8, 9, "")]
    public async Task A_part_of_the_history_is_read_by_event_ids(long first, long last, string rows)
    {
        // Rows without events lie before, between and behind the others.
        var run = Run("order-1");
        await Store.Commit(
            Events(First(run, "1"), 1, 2),
            Events(Next(run, 2, "none"), 0, 0),
            Events(Next(run, 3, "3"), 3, 3),
            Events(Next(run, 4, "4"), 4, 5),
            Events(Next(run, 5, "none"), 0, 0) with { HasSnapshot = true },
            Events(Next(run, 6, "6"), 6, 7),
            Events(Next(run, 7, "none"), 0, 0));

        var read = (await Store.ReadHistoryAsync(run, first, last, default))!;
        Assert.Equal(rows, string.Join(' ', read.Select(row => Text(row))));
        Assert.All(read, row => Assert.True(row.FirstEventId <= last && row.LastEventId >= first));
        Assert.Null(await Store.ReadHistoryAsync(Run("order-2"), first, last, default));
    }

    [Fact]
    public async Task A_compacted_journal_takes_the_place_of_the_rows_and_the_run_goes_on()
    {
        var run = Run("order-1");
        await Store.Commit(First(run, visibility: Row(Noon, Noon)), Next(run, 2) with { Slots = [Slot("a", "1")] });
        await Store.Commit(Next(run, 3) with { Status = Completed });
        JournalRow[] compacted = [new(2, 1, 5, Bytes("old events")), new(3, 6, 7, Bytes("new events and snapshot"))];
        await Store.Commit(RunWrite.Compaction(run, compacted));

        Assert.Equal(["new events and snapshot"], await Store.Rows(run));
        Assert.Equal(3, (await Store.LoadRunAsync(run, default))!.LastSequence);
        Assert.Equal("1", (await Store.LoadRunAsync(run, default))!.Slots["a"].ToStringUtf8());
        Assert.Equal(["old events", "new events and snapshot"], (await Store.LoadJournalAsync(run, default))!.Select(row => Text(row)));
        Assert.Equal("old events", Text(Assert.Single((await Store.ReadHistoryAsync(run, 2, 5, default))!)));
        Assert.Equal("new events and snapshot", Text(Assert.Single((await Store.ReadHistoryAsync(run, 6, 6, default))!)));
        Assert.Equal(run, Assert.Single((await Store.ListAsync(new VisibilityQuery(Namespace), default)).Entries).Run);

        await Store.Commit(Next(run, 4) with { Status = Completed });
        Assert.Equal(["new events and snapshot", "next"], await Store.Rows(run));
        await Store.Commit(RunWrite.Deletion(run));
        Assert.Null(await Store.LoadJournalAsync(run, default));
    }

    [Fact]
    public async Task A_compaction_that_comes_too_late_changes_nothing()
    {
        var run = Run("order-1");
        JournalRow[] compacted = [new(2, 1, 5, Bytes("compacted"))];
        await Store.Commit(First(run), Next(run, 2));
        await Store.Commit(Next(run, 3) with { Owes = true }, RunWrite.Compaction(run, compacted), RunWrite.Compaction(Run("never there"), compacted));

        Assert.Equal(["first", "next", "next"], await Store.Rows(run));
        Assert.Single(await Store.FindDueRunsAsync(0, DateTime.MaxValue, null, 10, default));
    }

    [Fact]
    public async Task Runs_to_compact_are_closed_ones_that_owe_nothing_once_each()
    {
        await Store.CommitIn(
            5,
            First(Run("open")),
            First(Run("paused")) with { Status = 8 },
            First(Run("owes")) with { Status = Completed, Owes = true },
            First(Run("one")) with { Status = Completed },
            First(Run("two")) with { Status = Completed },
            First(Run("three")) with { Status = Completed });
        await Store.CommitIn(6, First(Run("other shard")) with { Status = Completed });

        var first = await Store.FindCompactableRunsAsync(5, 0, 2, default);
        Assert.Equal(["one", "two"], first.Select(found => found.Run.WorkflowId));
        Assert.Equal("three", Assert.Single(await Store.FindCompactableRunsAsync(5, first[1].EntityId, 2, default)).Run.WorkflowId);
        await Store.CommitIn(5, RunWrite.Compaction(Run("one"), [new(1, 1, 2, Bytes("compacted"))]));
        await Store.CommitIn(5, Next(Run("owes"), 2) with { Status = Completed });
        Assert.Equal(["owes", "two", "three"], (await Store.FindCompactableRunsAsync(5, 0, 10, default)).Select(found => found.Run.WorkflowId));
    }

    private const int Completed = 2;

    private static RunWrite Events(RunWrite write, long first, long last) => write with { FirstEventId = first, LastEventId = last };

    private static string Text(JournalRow row) => System.Text.Encoding.UTF8.GetString(row.Records.Span);

    [Fact]
    public async Task A_deleted_run_leaves_nothing_behind()
    {
        var (run, other) = (Run("order-1"), Run("order-2"));
        await Store.Commit(
            First(run, visibility: Row(Noon)) with { Slots = [Slot("a", "1")], Owes = true, WakeAt = Noon },
            First(other, visibility: Row(Noon)) with { Slots = [Slot("a", "2")] });
        await Store.Commit(Next(run, 2), RunWrite.Deletion(run), Next(other, 2));

        Assert.Null(await Store.LoadRunAsync(run, default));
        Assert.Null(await Store.FindCurrentRunAsync(Namespace, "order-1", default));
        Assert.Empty(await Store.FindDueRunsAsync(0, DateTime.MaxValue, null, 10, default));
        Assert.Equal(other, Assert.Single((await Store.ListAsync(new VisibilityQuery(Namespace), default)).Entries).Run);
        Assert.Equal(["first", "next"], await Store.Rows(other));
        Assert.Equal("2", (await Store.LoadRunAsync(other, default))!.Slots["a"].ToStringUtf8());
    }

    [Fact]
    public async Task A_deleted_run_can_be_created_anew_in_the_same_transaction_and_later()
    {
        var run = Run("order-1");
        await Store.Commit(First(run), RunWrite.Deletion(run), First(Run("order-2")), First(run, "second"));
        Assert.Equal(["second"], await Store.Rows(run));
        Assert.Equal(["first"], await Store.Rows(Run("order-2")));
        await Store.Commit(RunWrite.Deletion(run));
        await Refused(Next(run, 2));
        await Store.Commit(First(run, "third"));
        Assert.Equal(["third"], await Store.Rows(run));
    }

    [Fact]
    public async Task Deleting_what_is_not_there_and_an_earlier_run_changes_nothing_else()
    {
        await Store.Commit(RunWrite.Deletion(Run("order-1")));
        await Store.Commit(First(Run("order-1", "run-1")), First(Run("order-1", "run-2")));
        await Store.Commit(RunWrite.Deletion(Run("order-1", "run-1")), RunWrite.Deletion(Run("order-1", "run-1")));
        Assert.Equal("run-2", await Store.FindCurrentRunAsync(Namespace, "order-1", default));
        await Store.Commit(RunWrite.Deletion(Run("order-1", "run-2")));
        Assert.Null(await Store.FindCurrentRunAsync(Namespace, "order-1", default));
    }

    [Fact]
    public async Task A_refused_transaction_deletes_nothing()
    {
        var run = Run("order-1");
        await Store.Commit(First(run));
        await Refused(RunWrite.Deletion(run), Next(Run("order-2"), 2));
        await Store.Commit(Next(run, 2));
        Assert.Equal(["first", "next"], await Store.Rows(run));
    }

    [Fact]
    public async Task Expired_runs_are_closed_ones_that_owe_nothing_longest_closed_first()
    {
        await Store.Commit(
            First(Run("open"), visibility: Row(Noon)),
            First(Run("owes"), visibility: Row(Noon, Noon)) with { Owes = true },
            First(Run("later"), visibility: Row(Noon, Noon.AddHours(2))),
            First(Run("late"), visibility: Row(Noon, Noon.AddHours(1))),
            First(Run("early"), visibility: Row(Noon.AddHours(-1), Noon)));

        Assert.Equal(["early", "late"], await Expired(Noon.AddHours(2), 10));
        Assert.Equal(["early"], await Expired(Noon.AddHours(2), 1));
        Assert.Empty(await Expired(Noon, 10));
        Assert.Empty(await Store.FindExpiredRunsAsync("other namespace", DateTime.MaxValue, 10, default));
        await Store.Commit(RunWrite.Deletion(Run("early")));
        Assert.Equal(["late", "later"], await Expired(Noon.AddDays(1), 10));

        async Task<IEnumerable<string>> Expired(DateTime before, int limit) =>
            (await Store.FindExpiredRunsAsync(Namespace, before, limit, default)).Select(run => run.WorkflowId);
    }

    [Fact]
    public async Task Due_runs_come_most_urgent_first()
    {
        await Store.CommitIn(
            7,
            First(Run("late")) with { WakeAt = Noon.AddHours(3) },
            First(Run("owes and wakes")) with { WakeAt = Noon.AddHours(4), Owes = true },
            First(Run("idle")),
            First(Run("early")) with { WakeAt = Noon },
            First(Run("early too")) with { WakeAt = Noon },
            First(Run("owes")) with { Owes = true });
        await Store.CommitIn(8, First(Run("other shard")) with { Owes = true });

        Assert.Equal(["owes and wakes", "owes", "early", "early too", "late"], await Due(DateTime.MaxValue));
        Assert.Equal(["owes and wakes", "owes", "early", "early too"], await Due(Noon.AddHours(3)));
        Assert.Equal(["owes and wakes", "owes"], await Due(Noon));

        async Task<IEnumerable<string>> Due(DateTime before) =>
            (await Store.FindDueRunsAsync(7, before, null, 100, default)).Select(due => due.Run.WorkflowId);
    }

    [Fact]
    public async Task What_is_no_longer_due_is_not_found()
    {
        var run = Run("order-1");
        await Store.Commit(First(run) with { Owes = true, WakeAt = Noon });
        await Store.Commit(Next(run, 2) with { WakeAt = Noon });
        Assert.False(Assert.Single(await Store.FindDueRunsAsync(0, DateTime.MaxValue, null, 10, default)).Owes);
        await Store.Commit(Next(run, 3));
        Assert.Empty(await Store.FindDueRunsAsync(0, DateTime.MaxValue, null, 10, default));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task Pages_of_due_runs_hold_each_run_once(int limit)
    {
        var writes = Enumerable.Range(0, 20)
            .Select(i => First(Run($"order-{i}")) with { Owes = i % 3 == 0, WakeAt = i % 4 == 0 ? null : Noon.AddMinutes(i % 5) })
            .ToArray();
        await Store.Commit(writes);

        var found = new List<DueRun>();
        IReadOnlyList<DueRun> page;
        while ((page = await Store.FindDueRunsAsync(0, DateTime.MaxValue, found.LastOrDefault(), limit, default)).Count > 0)
        {
            Assert.True(page.Count <= limit);
            found.AddRange(page);
        }

        Assert.Equal(
            writes.Where(write => write.Owes || write.WakeAt is not null).Select(write => write.Run.WorkflowId).Order(),
            found.Select(due => due.Run.WorkflowId).Order());
    }

    [Fact]
    public async Task Namespaces_are_kept_and_replaced()
    {
        var others = (await Store.LoadNamespacesAsync(default)).Select(ns => ns.Id).ToHashSet();
        await Store.SaveNamespaceAsync(new StoredNamespace("2", "shop", [1], new Dictionary<string, int>()), default);
        await Store.SaveNamespaceAsync(new StoredNamespace("1", "default", [], new Dictionary<string, int> { ["Customer"] = 2 }), default);
        await Store.SaveNamespaceAsync(new StoredNamespace("2", "shop", [2, 3], new Dictionary<string, int> { ["a\"b"] = 1 }), default);

        var found = (await Store.LoadNamespacesAsync(default)).Where(ns => !others.Contains(ns.Id)).ToList();
        Assert.Equal(["default", "shop"], found.Select(ns => ns.Name));
        Assert.Equal(2, found[0].SearchAttributes["Customer"]);
        Assert.Empty(found[0].Settings);
        Assert.Equal("2", found[1].Id);
        Assert.Equal([2, 3], found[1].Settings);
        Assert.Equal(1, found[1].SearchAttributes["a\"b"]);
    }

    [Fact]
    public async Task The_shard_count_stays_what_it_was_first()
    {
        Assert.Equal(16, await Store.FixShardCountAsync(16, default));
        Assert.Equal(16, await Store.FixShardCountAsync(4, default));
    }

    [Fact]
    public async Task The_range_id_of_a_shard_grows_with_each_owner_and_is_its_own()
    {
        var first = await Store.AcquireShardAsync(1, "first", renew: false, default);
        var second = await Store.AcquireShardAsync(1, "second", renew: false, default);
        var again = await Store.AcquireShardAsync(1, "second", renew: false, default);
        Assert.True(0 < first && first < second && second < again);

        var other = await Store.AcquireShardAsync(2, "first", renew: false, default);
        await Store.CommitAsync([new CommitBatch(1, again, [First(Run("order-1"))]), new CommitBatch(2, other, [First(Run("order-2"))])], default);
        Assert.NotNull(await Store.Rows(Run("order-1")));
        Assert.NotNull(await Store.Rows(Run("order-2")));
    }

    [Fact]
    public async Task What_a_stale_owner_commits_is_refused_whole_and_the_new_owner_goes_on()
    {
        var stale = await Store.AcquireShardAsync(1, "first", renew: false, default);
        var other = await Store.AcquireShardAsync(2, "first", renew: false, default);
        await Store.CommitAsync([new CommitBatch(1, stale, [First(Run("order-1"))])], default);
        var fresh = await Store.AcquireShardAsync(1, "second", renew: false, default);

        var lost = await Assert.ThrowsAsync<ShardLostException>(() => Store.CommitAsync(
            [
                new CommitBatch(2, other, [First(Run("order-2"), visibility: Row(Noon)) with { Owes = true, Slots = [Slot("a", "1")] }]),
                new CommitBatch(1, stale, [Next(Run("order-1"), 2)]),
            ],
            default).AsTask());
        Assert.Equal(1, lost.Shard);
        Assert.Equal(["first"], await Store.Rows(Run("order-1")));
        Assert.Null(await Store.Rows(Run("order-2")));
        Assert.Null(await Store.FindCurrentRunAsync(Namespace, "order-2", default));
        Assert.Empty(await Store.FindDueRunsAsync(2, DateTime.MaxValue, null, 10, default));
        Assert.Empty((await Store.ListAsync(new VisibilityQuery(Namespace), default)).Entries);

        await Store.CommitAsync([new CommitBatch(1, fresh, [Next(Run("order-1"), 2, "the new owner's")])], default);
        await Store.CommitAsync([new CommitBatch(2, other, [First(Run("order-2"))])], default);
        await Assert.ThrowsAsync<ShardLostException>(() => Store.CommitAsync([new CommitBatch(1, stale, [Next(Run("order-1"), 3)])], default).AsTask());
        Assert.Equal(["first", "the new owner's"], await Store.Rows(Run("order-1")));
    }

    [Fact]
    public async Task A_range_id_that_was_never_given_commits_nothing()
    {
        await Assert.ThrowsAsync<ShardLostException>(() => Store.CommitAsync([new CommitBatch(1, 1, [First(Run("order-1"))])], default).AsTask());
        var rangeId = await Store.AcquireShardAsync(1, "first", renew: false, default);
        await Assert.ThrowsAsync<ShardLostException>(() => Store.CommitAsync([new CommitBatch(1, rangeId + 1, [First(Run("order-1"))])], default).AsTask());
        Assert.Null(await Store.Rows(Run("order-1")));
    }

    [Fact]
    public async Task A_shard_is_renewed_by_its_owner_only()
    {
        await Assert.ThrowsAsync<ShardLostException>(() => Store.AcquireShardAsync(1, "first", renew: true, default).AsTask());
        var first = await Store.AcquireShardAsync(1, "first", renew: false, default);
        var renewed = await Store.AcquireShardAsync(1, "first", renew: true, default);
        Assert.True(renewed >= first);
        await Store.CommitAsync([new CommitBatch(1, renewed, [First(Run("order-1"))])], default);

        var second = await Store.AcquireShardAsync(1, "second", renew: false, default);
        var lost = await Assert.ThrowsAsync<ShardLostException>(() => Store.AcquireShardAsync(1, "first", renew: true, default).AsTask());
        Assert.Equal("Shard 1 was taken over by another server: its owner is second.", lost.Message);
        await Store.CommitAsync([new CommitBatch(1, second, [Next(Run("order-1"), 2)])], default);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Any_sequence_of_transactions_reads_back_as_the_same_journals(int seed)
    {
        var random = new Random(seed);
        var journals = new Dictionary<RunKey, List<string>>();
        var slots = new Dictionary<RunKey, Dictionary<string, string>>();
        for (var transaction = 0; transaction < 60; transaction++)
        {
            var writes = new List<RunWrite>();
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                var run = Run($"order-{random.Next(6)}", $"run-{random.Next(2)}");
                var records = random.Next(5) == 0 ? "" : $"{seed}/{transaction}/{i}" + new string('r', random.Next(300));
                var isNew = journals.TryAdd(run, []);
                if (isNew)
                    slots[run] = [];
                var write = (isNew ? First(run, records) : Next(run, journals[run].Count + 1, records)) with
                {
                    Slots = random.Next(3) == 0 ? [Slot($"{random.Next(3)}", random.Next(3) == 0 ? null : $"{transaction}")] : [],
                };
                if (records.Length > 0)
                    journals[run].Add(records);
                foreach (var slot in write.Slots)
                {
                    if (slot.Value is null)
                        slots[run].Remove(slot.Name);
                    else
                        slots[run][slot.Name] = slot.Value.ToStringUtf8();
                }

                writes.Add(write);
            }

            // One transaction in six is refused as a whole for its last write; the same writes then go in without that.
            if (random.Next(6) == 0)
                await Refused([.. writes, First(writes[^1].Run)]);
            var cut = random.Next(writes.Count);
            await Store.CommitAsync([await Store.Batch(1, [.. writes[..cut]]), await Store.Batch(1, [.. writes[cut..]])], default);
        }

        foreach (var (run, rows) in journals)
        {
            Assert.Equal(rows, await Store.Rows(run));
            Assert.Equal(
                slots[run].OrderBy(slot => slot.Key),
                (await Store.LoadRunAsync(run, default))!.Slots.Select(slot => KeyValuePair.Create(slot.Key, slot.Value.ToStringUtf8())).OrderBy(slot => slot.Key));
        }
    }

    [Fact]
    public async Task Reads_run_beside_writes()
    {
        var run = Run("order-1");
        await Store.Commit(First(run));
        var writing = Task.Run(async () =>
        {
            for (var sequence = 2; sequence <= 200; sequence++)
                await Store.Commit(Next(run, sequence));
        });
        var seen = 0;
        do
        {
            var rows = (await Store.Rows(run))!.ToList();
            Assert.True(rows.Count >= seen);
            seen = rows.Count;
        }
        while (!writing.IsCompleted);
        await writing;
        Assert.Equal(200, (await Store.Rows(run))!.Count());
    }

    private async Task Refused(params RunWrite[] writes) =>
        await Assert.ThrowsAsync<CommitConflictException>(() => Store.Commit(writes));
}
