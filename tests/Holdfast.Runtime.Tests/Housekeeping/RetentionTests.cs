using Holdfast.Engine;
using Holdfast.Runtime.Housekeeping;
using Holdfast.Runtime.Shards;
using Holdfast.Runtime.Tests.Shards;
using Holdfast.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Runtime.Tests.Housekeeping;

/// <summary>What becomes of closed runs, in virtual time.</summary>
public sealed class RetentionTests
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    [Fact]
    public async Task Closed_runs_are_deleted_when_their_period_is_over_and_others_stay()
    {
        await using var host = await ShardHost.StartAsync();
        await using var retention = Start(host, new NamespaceRetention(Requests.Namespace, Week));
        await CloseAsync(host, "old");
        host.Time.Advance(TimeSpan.FromDays(6));
        await CloseAsync(host, "new");
        await host.Get(Requests.Create("open"));
        Assert.Equal(3, await CountAsync(host));

        host.Time.Advance(TimeSpan.FromDays(2));
        await UntilAsync(host, 2);

        Assert.Null(await host.Read("old"));
        Assert.NotNull(await host.Read("new"));
        Assert.NotNull(await host.Read("open"));
    }

    [Fact]
    public async Task Runs_that_are_not_in_memory_are_deleted_without_being_loaded()
    {
        await using var host = await ShardHost.StartAsync();
        for (var i = 0; i < 250; i++)
            await CloseAsync(host, $"w{i}");
        await host.RestartAsync();
        host.Time.Advance(TimeSpan.FromDays(8));
        await using var retention = Start(host, new NamespaceRetention(Requests.Namespace, Week));

        await UntilAsync(host, 0);

        Assert.Equal(0, host.Store.Loads);
        Assert.Null(await host.Read("w0"));
    }

    [Fact]
    public async Task A_namespace_without_a_period_keeps_its_runs()
    {
        await using var host = await ShardHost.StartAsync();
        await using var retention = Start(host, new NamespaceRetention(Requests.Namespace, TimeSpan.Zero), new NamespaceRetention("other", Week));
        await CloseAsync(host, "w");
        for (var i = 0; i < 20; i++)
            host.Time.Advance(TimeSpan.FromDays(365));

        Assert.Equal(1, await CountAsync(host));
        Assert.NotNull(await host.Read("w"));
    }

    [Fact]
    public async Task The_id_of_a_deleted_run_is_free_at_once_even_before_the_deletion_is_durable()
    {
        await using var host = await ShardHost.StartAsync();
        await CloseAsync(host, "w");
        await host.RestartAsync();
        host.Store.HoldCommits();
        var deleted = host.Shards.DeleteExpiredAsync([new RunKey(Requests.Namespace, "w", "run-1")], default);
        var created = host.Ask(Requests.Create("w"));
        Assert.False(deleted.IsCompleted);
        host.Store.LetCommitsGo();

        Assert.True(await deleted);
        Assert.Equal("run-2", (await created).Answer.Reply);
        Assert.Equal("run-2", (await host.Read("w"))!.State.Key.RunId);
        Assert.Equal(1, await CountAsync(host));
    }

    [Fact]
    public async Task A_deletion_that_could_not_be_written_did_not_happen()
    {
        await using var host = await ShardHost.StartAsync();
        await CloseAsync(host, "loaded");
        host.Store.CommitFailure = new IOException("disk full");
        Assert.False(await host.Shards.DeleteExpiredAsync([new RunKey(Requests.Namespace, "loaded", "run-1")], default));
        host.Store.CommitFailure = null;

        Assert.NotNull(await host.Read("loaded"));
        Assert.Equal(1, await CountAsync(host));
    }

    [Fact]
    public async Task However_much_is_deleted_and_compacted_the_inbox_has_room_again()
    {
        await using var host = await ShardHost.StartAsync();
        var gone = new RunKey(Requests.Namespace, "w", "gone");
        for (var i = 0; i <= ShardRunner.InboxCapacity; i += 500)
        {
            await host.Shards.DeleteExpiredAsync([.. Enumerable.Repeat(gone, 250)], default);
            await host.Shards.WriteCompactedAsync([.. Enumerable.Repeat(RunWrite.Deletion(gone), 250)], default);
        }

        Assert.Null((await host.Ask(Requests.Create("w"))).Answer.Refusal);
    }

    private static Retention Start(ShardHost host, params NamespaceRetention[] namespaces) =>
        new(host.Store, host.Shards, host.Time, () => namespaces, NullLogger.Instance);

    private static async Task CloseAsync(ShardHost host, string workflowId)
    {
        await host.Get(Requests.Create(workflowId));
        await host.Get(Requests.Terminate(workflowId));
    }

    private static async Task<long> CountAsync(ShardHost host) => (await host.Store.CountAsync(new VisibilityQuery(Requests.Namespace), default)).Total;

    /// <summary>Lets time pass, a little at a time, until that many runs are left.</summary>
    private static async Task UntilAsync(ShardHost host, long left)
    {
        for (var i = 0; await CountAsync(host) != left; i++)
        {
            Assert.True(i < 100_000, "The runs are still there.");
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
