using Holdfast.Storage.Sqlite;

namespace Holdfast.Storage.Tests;

public sealed class KnownWorkflowIdsTests
{
    [Fact]
    public void What_was_added_is_never_denied_and_little_else_is_admitted()
    {
        const int Count = 200_000;
        var known = new KnownWorkflowIds(Count);
        known.Complete();
        Parallel.For(0, Count, number => known.Add(Writes.Namespace, $"order-{number}"));

        for (var number = 0; number < Count; number++)
            Assert.True(known.MayHold(Writes.Namespace, $"order-{number}"));
        Assert.InRange(Enumerable.Range(0, Count).Count(number => known.MayHold(Writes.Namespace, $"other-{number}")), 0, Count / 20);
        Assert.InRange(Enumerable.Range(0, Count).Count(number => known.MayHold("elsewhere", $"order-{number}")), 0, Count / 20);
    }

    [Fact]
    public void Nothing_is_denied_before_all_is_known()
    {
        var known = new KnownWorkflowIds(0);
        Assert.True(known.MayHold(Writes.Namespace, "order-1"));
        known.Complete();
        Assert.False(known.MayHold(Writes.Namespace, "order-1"));
    }

    [Fact]
    public async Task Every_workflow_id_of_a_store_is_found_again_after_it_was_opened_and_new_ones_at_once()
    {
        const int Count = 12_000;
        using var folder = new TempFolder();
        var options = new SqliteStoreOptions(folder.File("holdfast.db"));
        await using (var store = SqliteStore.Open(options))
            await store.Commit([.. Enumerable.Range(0, Count).Select(number => Writes.First(Writes.Run($"order-{number}")))]);

        await using (var store = SqliteStore.Open(options))
        {
            await store.AllIdsKnown;
            await store.Commit(Writes.First(Writes.Run("order-new")));
            for (var number = Count - 1; number >= 0; number--)
                Assert.Equal("run-1", await store.FindCurrentRunAsync(Writes.Namespace, $"order-{number}", CancellationToken.None));
            Assert.Equal("run-1", await store.FindCurrentRunAsync(Writes.Namespace, "order-new", CancellationToken.None));
            Assert.Null(await store.FindCurrentRunAsync(Writes.Namespace, "order-none", CancellationToken.None));
        }
    }
}
