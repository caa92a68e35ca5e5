using Holdfast.Storage.InMemory;
using Holdfast.Storage.Payloads;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Tests;

public sealed class JournalWriterTests : IAsyncLifetime
{
    private static readonly byte[] Large = [.. Enumerable.Repeat((byte)'x', CutRow.FewestBytesAhead)];

    private readonly GatedStore store = new(new InMemoryStore());
    private readonly JournalWriter writer;

    public JournalWriterTests() => writer = new JournalWriter(store, "first");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        store.Open();
        store.LetPreparationsGo();
        await writer.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task What_waits_while_a_transaction_is_written_goes_into_one_transaction()
    {
        var first = await writer.OpenAsync(1);
        var second = await writer.OpenAsync(2);
        store.Close();
        var blocker = first.CommitAsync([First(Run("order-1"))]);
        await store.Entered();

        Task[] waiting =
        [
            first.CommitAsync([Next(Run("order-1"), 2)]),
            second.CommitAsync([First(Run("order-2"))]),
            first.CommitAsync([Next(Run("order-1"), 3)]),
        ];
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        store.Open();
        await Task.WhenAll([blocker, .. waiting]);

        Assert.Equal([1, 3], store.TransactionSizes);
        Assert.Equal(3, (await store.Rows(Run("order-1")))!.Count());
    }

    [Fact]
    public async Task While_a_large_batch_is_prepared_other_shards_commit_and_its_own_keeps_its_order()
    {
        var own = await writer.OpenAsync(1);
        var other = await writer.OpenAsync(2);
        store.HoldPreparations();
        var large = own.CommitAsync([First(Run("order-1")) with { Records = Large }]);
        var behind = own.CommitAsync([Next(Run("order-1"), 2)]);
        var largeToo = own.CommitAsync([Next(Run("order-1"), 3) with { Records = Large }]);

        await other.CommitAsync([First(Run("order-2"))]);
        Assert.All([large, behind, largeToo], task => Assert.False(task.IsCompleted));
        store.LetPreparationsGo();
        await Task.WhenAll(large, behind, largeToo);

        await own.CommitAsync([Next(Run("order-1"), 4)]);
        Assert.Equal([Large.Length, 4, Large.Length, 4], (await store.Rows(Run("order-1")))!.Select(row => row.Length));
    }

    [Fact]
    public async Task A_batch_that_could_not_be_prepared_is_committed_as_it_is()
    {
        var journal = await writer.OpenAsync(1);
        store.FailNextPreparation(new InvalidOperationException("no room"));
        await journal.CommitAsync([First(Run("order-1")) with { Records = Large }]);
        await journal.CommitAsync([Next(Run("order-1"), 2)]);
        Assert.Equal(2, (await store.Rows(Run("order-1")))!.Count());
    }

    [Fact]
    public async Task What_is_still_being_prepared_when_the_journal_is_opened_anew_is_not_written()
    {
        var journal = await writer.OpenAsync(1);
        store.HoldPreparations();
        var large = journal.CommitAsync([First(Run("order-1")) with { Records = Large }]);
        var reopened = await writer.OpenAsync(1);
        store.LetPreparationsGo();

        await Assert.ThrowsAsync<CommitFailedException>(() => large);
        Assert.Null(await store.Rows(Run("order-1")));
        await reopened.CommitAsync([First(Run("order-1"))]);
    }

    [Fact]
    public async Task A_transaction_is_bounded()
    {
        var journal = await writer.OpenAsync(1);
        store.Close();
        var blocker = journal.CommitAsync([First(Run("order-1"))]);
        await store.Entered();
        var waiting = Enumerable.Range(2, 5_000).Select(sequence => journal.CommitAsync([Next(Run("order-1"), sequence)])).ToArray();
        store.Open();
        await Task.WhenAll([blocker, .. waiting]);

        Assert.Equal([1, 2_000, 2_000, 1_000], store.TransactionSizes);
    }

    [Fact]
    public async Task After_a_failure_nothing_queued_behind_it_by_the_same_shard_is_written()
    {
        var journal = await writer.OpenAsync(1);
        var other = await writer.OpenAsync(2);
        store.Close();
        store.FailNext(new IOException("the disk is gone"));
        var failing = journal.CommitAsync([First(Run("order-1"))]);
        await store.Entered();
        var behind = journal.CommitAsync([First(Run("order-2"))]);
        var elsewhere = other.CommitAsync([First(Run("order-3"))]);
        store.Open();

        var failure = await Assert.ThrowsAsync<CommitFailedException>(() => failing);
        Assert.Equal("Shard 1 could not commit: the disk is gone", failure.Message);
        await Assert.ThrowsAsync<CommitFailedException>(() => behind);
        await elsewhere;
        await Assert.ThrowsAsync<CommitFailedException>(() => journal.CommitAsync([First(Run("order-4"))]));
        Assert.Null(await store.Rows(Run("order-2")));
        Assert.Null(await store.Rows(Run("order-4")));

        var reopened = await writer.OpenAsync(1);
        await reopened.CommitAsync([First(Run("order-1"))]);
        Assert.NotNull(await store.Rows(Run("order-1")));
    }

    [Fact]
    public async Task A_failure_fails_every_batch_of_its_transaction()
    {
        var first = await writer.OpenAsync(1);
        var second = await writer.OpenAsync(2);
        var blocking = await writer.OpenAsync(3);
        store.Close();
        var blocker = blocking.CommitAsync([First(Run("order-1"))]);
        await store.Entered();
        var good = first.CommitAsync([First(Run("order-2"))]);
        var bad = second.CommitAsync([Next(Run("order-3"), 2)]);
        store.Open();

        await blocker;
        await Assert.ThrowsAsync<CommitFailedException>(() => good);
        await Assert.ThrowsAsync<CommitFailedException>(() => bad);
        await blocking.CommitAsync([Next(Run("order-1"), 2)]);
        Assert.Null(await store.Rows(Run("order-2")));
    }

    [Fact]
    public async Task Opening_a_journal_anew_shuts_the_earlier_one_and_waits_for_what_it_is_writing()
    {
        var earlier = await writer.OpenAsync(1);
        store.Close();
        _ = earlier.CommitAsync([First(Run("order-1"))]);
        await store.Entered();
        var behind = earlier.CommitAsync([First(Run("order-2"))]);
        var opening = writer.OpenAsync(1).AsTask();
        Assert.False(opening.IsCompleted);
        store.Open();
        await opening;

        Assert.NotNull(await store.Rows(Run("order-1")));
        await Assert.ThrowsAsync<CommitFailedException>(() => behind);
        Assert.Null(await store.Rows(Run("order-2")));
        await Assert.ThrowsAsync<CommitFailedException>(() => earlier.CommitAsync([First(Run("order-3"))]));
    }

    [Fact]
    public async Task A_shard_that_was_taken_over_is_lost_for_good_and_the_others_of_its_transaction_are_not()
    {
        var journal = await writer.OpenAsync(1);
        var other = await writer.OpenAsync(2);
        await journal.CommitAsync([First(Run("order-1"))]);
        await using var second = new JournalWriter(store, "second");
        store.Close();
        var blocker = other.CommitAsync([First(Run("order-2"))]);
        await store.Entered();
        Task[] stale = [journal.CommitAsync([Next(Run("order-1"), 2)]), journal.CommitAsync([Next(Run("order-1"), 3)])];
        var elsewhere = other.CommitAsync([Next(Run("order-2"), 2)]);
        var taken = second.OpenAsync(1).AsTask();
        await taken;
        store.Open();

        await blocker;
        await elsewhere;
        foreach (var task in stale)
            await Assert.ThrowsAsync<ShardLostException>(() => task);
        await Assert.ThrowsAsync<ShardLostException>(() => writer.OpenAsync(1).AsTask());
        await (await taken).CommitAsync([Next(Run("order-1"), 2, "second's")]);
        Assert.Equal(["first", "second's"], await store.Rows(Run("order-1")));
        Assert.Equal(2, (await store.Rows(Run("order-2")))!.Count());
    }

    [Fact]
    public async Task A_stopped_writer_has_written_what_was_queued_and_refuses_more()
    {
        var journal = await writer.OpenAsync(1);
        store.Close();
        var blocker = journal.CommitAsync([First(Run("order-1"))]);
        await store.Entered();
        var queued = journal.CommitAsync([First(Run("order-2"))]);
        var stopping = writer.DisposeAsync();
        store.Open();
        await stopping;

        await blocker;
        await queued;
        var refused = await Assert.ThrowsAsync<CommitFailedException>(() => journal.CommitAsync([First(Run("order-3"))]));
        Assert.Contains("the server is stopping", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_continuation_that_blocks_does_not_stop_the_writer()
    {
        var journal = await writer.OpenAsync(1);
        var later = new TaskCompletionSource();
        var blocking = journal.CommitAsync([First(Run("order-1"))])
            .ContinueWith(_ => later.Task.Wait(TimeSpan.FromSeconds(30)), TaskScheduler.Default);
        await (await writer.OpenAsync(2)).CommitAsync([First(Run("order-2"))]);
        later.SetResult();
        Assert.True(await blocking);
    }
}
