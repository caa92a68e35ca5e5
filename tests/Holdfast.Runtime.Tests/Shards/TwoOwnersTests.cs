using Holdfast.Engine;
using Holdfast.Storage;

namespace Holdfast.Runtime.Tests.Shards;

/// <summary>Two servers on one store: the newer one owns the shards, the older one is done with them.</summary>
public sealed class TwoOwnersTests
{
    [Fact]
    public async Task A_shard_that_another_server_took_is_given_up_for_good_and_the_new_owner_goes_on()
    {
        await using var old = await ShardHost.StartAsync();
        await old.Get(Requests.Create("w"));
        await using var fresh = await ShardHost.StartAsync(disk: old.Disk);
        await fresh.Get(Requests.Signal("w", "the new owner's"));

        var refusal = (await old.Ask(Requests.Signal("w", "the old owner's"))).Answer.Refusal!;
        Assert.Equal(RefusalCode.Unavailable, refusal.Code);
        Assert.Contains("Shard 0 was taken over by another server", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([0], old.Lost);

        // It neither decides nor answers from its memory any more, and never takes the shard back.
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(RefusalCode.Unavailable, (await old.Ask(Requests.Signal("w", "again"))).Answer.Refusal!.Code);
            await Assert.ThrowsAsync<RequestRefusedException>(() => old.Read("w"));
        }

        Assert.Equal(3, await fresh.Get(Requests.Signal("w", "the new owner's too")));
        Assert.Equal(3, (await fresh.Read("w"))!.History.Count);
        Assert.Empty(fresh.Lost);
    }

    [Fact]
    public async Task What_the_old_owner_has_not_answered_is_refused_and_not_found_again()
    {
        await using var old = await ShardHost.StartAsync();
        await old.Get(Requests.Create("w"));
        var watch = old.Watch("w", run => run.History.Count > 100);
        old.Store.HoldCommits();
        var writing = Enumerable.Range(0, 600).Select(i => old.Ask(Requests.Signal("w", $"s{i}"))).ToArray();

        await using var fresh = await ShardHost.StartAsync(disk: old.Disk);
        old.Store.LetCommitsGo();
        foreach (var told in await Task.WhenAll(writing))
            Assert.Equal(RefusalCode.Unavailable, told.Answer.Refusal!.Code);
        await Assert.ThrowsAsync<RequestRefusedException>(() => watch);
        Assert.Equal(1, (await fresh.Read("w"))!.History.Count);
    }

    [Fact]
    public async Task A_server_that_was_away_finds_out_when_it_comes_back()
    {
        await using var old = await ShardHost.StartAsync();
        await old.Get(Requests.Create("w"));
        await using var fresh = await ShardHost.StartAsync(disk: old.Disk);

        // An unknown outcome makes the old owner ask for its shard again, which is what must not succeed.
        old.Store.CommitFailure = new IOException("connection lost");
        Assert.Equal(RefusalCode.Unavailable, (await old.Ask(Requests.Signal("w"))).Answer.Refusal!.Code);
        old.Store.CommitFailure = null;
        Assert.Equal(RefusalCode.Unavailable, (await old.Ask(Requests.Signal("w"))).Answer.Refusal!.Code);
        Assert.Equal([0], old.Lost);
        Assert.Equal(2, await fresh.Get(Requests.Signal("w")));
    }

    [Fact]
    public async Task While_the_store_is_away_callers_are_told_at_once_and_served_when_it_is_back()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.StartTimer("w", "t", TimeSpan.FromSeconds(10)));
        var watch = host.Watch("w", run => run.State.PendingTimers.IsEmpty);
        host.Store.CommitFailure = host.Store.AcquireFailure = new IOException("connection lost");
        Assert.Equal(RefusalCode.Unavailable, (await host.Ask(Requests.Signal("w"))).Answer.Refusal!.Code);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(RefusalCode.Unavailable, (await host.Ask(Requests.Signal("w"))).Answer.Refusal!.Code);
            host.Time.Advance(TimeSpan.FromSeconds(6));
        }

        host.Store.CommitFailure = host.Store.AcquireFailure = null;
        while (!watch.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.NotNull(await watch);
        Assert.Empty(host.Lost);
    }

    [Fact]
    public async Task A_server_stops_while_its_store_is_away()
    {
        var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        host.Store.CommitFailure = host.Store.AcquireFailure = new IOException("connection lost");
        Assert.Equal(RefusalCode.Unavailable, (await host.Ask(Requests.Signal("w"))).Answer.Refusal!.Code);
        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_server_that_cannot_take_its_shards_does_not_start()
    {
        var store = new HeldStore(new()) { AcquireFailure = new IOException("connection refused") };
        await using var journal = new JournalWriter(store, "server");
        await using var shards = ShardHost.ShardsOver(store, journal);
        await Assert.ThrowsAsync<IOException>(() => shards.StartAsync(default));
    }
}
