using Holdfast.Storage.Inspection;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Tests;

/// <summary>What looking through a store promises, beside the server that uses it.</summary>
public abstract class InspectionContract : IAsyncLifetime
{
    private protected IStore Store { get; private set; } = null!;

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

    private protected abstract IStoreInspection Inspect();

    protected virtual void Closed()
    {
    }

    [Fact]
    public async Task It_shows_every_run_with_all_that_is_stored_of_it()
    {
        await Store.CommitIn(3, First(Run("order-1"), visibility: Row(Noon)) with { Slots = [Slot("a", "1")], WakeAt = Noon });
        await Store.CommitIn(4, First(Run("order-2"), visibility: Row(Noon)) with { Owes = true });
        await Store.CommitIn(3, Next(Run("order-1"), 2) with { Status = 2, WakeAt = Noon.AddHours(1) });
        await Store.FixShardCountAsync(8, default);
        await Store.SaveNamespaceAsync(new StoredNamespace(Namespace, "shop", [1], new Dictionary<string, int>()), default);

        await using var inspection = Inspect();
        var runs = await inspection.ReadRunsAsync(0, 10, default);

        Assert.Equal(2, runs.Count);
        Assert.Equal((Run("order-1"), 3, 2, Noon.AddHours(1), false), (runs[0].Run, runs[0].Shard, runs[0].Status, runs[0].WakeAt, runs[0].Owes));
        Assert.Equal([.. "firstnext"u8], runs[0].Journal!.Rows.SelectMany(row => row));
        Assert.Equal("1", runs[0].Journal!.Slots["a"].ToStringUtf8());
        Assert.Equal(Row(Noon), runs[0].Visibility);
        Assert.Null(runs[0].Damage);
        Assert.Equal((Run("order-2"), 4, null, true), (runs[1].Run, runs[1].Shard, runs[1].WakeAt, runs[1].Owes));
        Assert.Equal(8, await inspection.ReadShardCountAsync(default));
        Assert.Equal("shop", Assert.Single(await inspection.LoadNamespacesAsync(default)).Name);
        Assert.Empty(await Damages(inspection));
    }

    [Fact]
    public async Task Runs_are_found_by_page_and_by_name()
    {
        for (var i = 0; i < 5; i++)
            await Store.Commit(First(Run($"order-{i}")));

        await using var inspection = Inspect();
        var first = await inspection.ReadRunsAsync(0, 3, default);
        var second = await inspection.ReadRunsAsync(first[^1].EntityId, 3, default);

        Assert.Equal(["order-0", "order-1", "order-2"], first.Select(run => run.Run.WorkflowId));
        Assert.Equal(["order-3", "order-4"], second.Select(run => run.Run.WorkflowId));
        Assert.Equal(second[0].EntityId, (await inspection.FindRunAsync(Run("order-3"), default))!.EntityId);
        Assert.Null(await inspection.FindRunAsync(Run("order-3", "run-2"), default));
        Assert.Equal("run-1", await inspection.FindCurrentRunAsync(Namespace, "order-4", default));
        Assert.Null(await inspection.FindCurrentRunAsync(Namespace, "order-5", default));
    }

    [Fact]
    public async Task It_shows_one_instant_while_the_server_writes_on()
    {
        await Store.Commit(First(Run("order-1")));

        await using var inspection = Inspect();
        await Store.Commit(Next(Run("order-1"), 2), First(Run("order-2")));

        var run = Assert.Single(await inspection.ReadRunsAsync(0, 10, default));
        Assert.Single(run.Journal!.Rows);
        Assert.Null(await inspection.FindCurrentRunAsync(Namespace, "order-2", default));
        await using var later = Inspect();
        Assert.Equal(2, (await later.ReadRunsAsync(0, 10, default)).Count);
    }

    [Fact]
    public async Task An_empty_store_has_no_shards_yet_and_no_damage()
    {
        await using var inspection = Inspect();

        Assert.Empty(await inspection.ReadRunsAsync(0, 10, default));
        Assert.Equal(0, await inspection.ReadShardCountAsync(default));
        Assert.Empty(await Damages(inspection));
    }

    private protected static async Task<List<StoreDamage>> Damages(IStoreInspection inspection)
    {
        var damages = new List<StoreDamage>();
        await foreach (var damage in inspection.FindDamageAsync(default))
            damages.Add(damage);
        return damages;
    }
}
