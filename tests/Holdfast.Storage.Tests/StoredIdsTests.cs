using Holdfast.Engine;
using Holdfast.Engine.Visibility;
using Holdfast.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Tests;

/// <summary>Ids are short in the tables and whole everywhere else.</summary>
public sealed class StoredIdsTests : IDisposable
{
    private const string Early = "01a20947-b9ef-7f27-bf42-2233dfcd33ee";
    private const string Later = "01a20947-b9ef-7f27-bf42-2233dfcd33ef";
    private const string Last = "ffffffff-ffff-ffff-ffff-ffffffffffff";

    private static readonly NamespaceView Shop = new(Namespace, "shop");

    private readonly TempFolder folder = new();

    private string Path => folder.File("holdfast.db");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(Early, 23)]
    [InlineData("00000000-0000-0000-0000-000000000000", 23)]
    [InlineData(Last, 23)]
    [InlineData("01A20947-B9EF-7F27-BF42-2233DFCD33EE", 36)]
    [InlineData("run-1", 5)]
    [InlineData("", 0)]
    [InlineData("~", 3)]
    [InlineData("~~", 4)]
    [InlineData("~0123456789012345678901", 25)]
    [InlineData("漢", 1)]
    public void Every_id_comes_back_as_it_was(string id, int length)
    {
        var stored = ShortRunId.Of(id);
        Assert.Equal(length, stored.Length);
        Assert.Equal(id, ShortRunId.Full(stored));
    }

    [Fact]
    public void Short_ids_sort_as_the_ids_do()
    {
        var random = new Random(1);
        var bytes = new byte[16];
        var ids = Enumerable.Range(0, 500).Select(_ =>
        {
            random.NextBytes(bytes);
            return new Guid(bytes).ToString("D");
        }).ToList();
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids.Select(ShortRunId.Of).Order(StringComparer.Ordinal).Select(ShortRunId.Full));
        Assert.Equal(ids, ids.Select(id => ShortRunId.Full(ShortRunId.Of(id))));
    }

    [Theory]
    [InlineData("~zzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("~01234567890123456789!1")]
    [InlineData("~short")]
    public void What_is_no_short_id_stays_as_it_is(string text) => Assert.Equal(text, ShortRunId.Full(text));

    [Fact]
    public async Task A_run_with_short_ids_is_found_in_every_way_and_stored_in_none_with_the_whole_ids()
    {
        var run = Run("order-1", Early);
        var row = Row(Noon) with { RootWorkflowId = "order-1", RootRunId = Early };
        var child = Row(Noon) with { ParentWorkflowId = "order-1", ParentRunId = Early, RootWorkflowId = "order-1", RootRunId = Early };
        await using (var store = ShortIds.Open(Path))
        {
            await store.Commit(First(run, visibility: row) with { Owes = true }, First(Run("child", Later), visibility: child) with { WakeAt = Noon });
            await CheckAsync(store);
        }

        foreach (var table in (string[])["entity", "current_run", "visibility"])
            Assert.Equal(0, Number($"SELECT count(*) FROM {table} WHERE length(namespace_id) > 2 OR length(run_id) <> 23"));
        Assert.Equal(1, Number("SELECT count(*) FROM visibility WHERE root_run_id = '~' AND root_workflow_id = ''"));

        await using (var reopened = SqliteStore.Open(new SqliteStoreOptions(Path)))
        {
            await CheckAsync(reopened);
            await reopened.AllIdsKnown;
            await CheckAsync(reopened);
            await using var inspection = SqliteInspection.Open(Path);
            Assert.Equal([run, Run("child", Later)], (await inspection.ReadRunsAsync(0, 10, default)).Select(found => found.Run));
            Assert.Equal(row, (await inspection.FindRunAsync(run, default))!.Visibility);
            await reopened.Commit(Next(run, 2) with { Status = 2, Owes = false, Visibility = row with { CloseTime = Noon } });
            Assert.Equal([run], (await reopened.FindCompactableRunsAsync(0, 0, 10, default)).Select(found => found.Run));
            Assert.Equal([run], await reopened.FindExpiredRunsAsync(Namespace, Noon.AddDays(1), 10, default));
            await reopened.Commit(RunWrite.Deletion(run));
            Assert.Null(await reopened.Rows(run));
            Assert.Null(await reopened.FindCurrentRunAsync(Namespace, "order-1", default));
        }

        async Task CheckAsync(SqliteStore store)
        {
            Assert.Equal(["first"], await store.Rows(run));
            Assert.Equal(Early, await store.FindCurrentRunAsync(Namespace, "order-1", default));
            Assert.Equal([run, Run("child", Later)], (await store.FindDueRunsAsync(0, DateTime.MaxValue, null, 10, default)).Select(due => due.Run));
            await Lists(store, "", "child order-1");
            await Lists(store, $"RunId = '{Early}'", "order-1");
            await Lists(store, $"RunId > '{Early}'", "child");
            await Lists(store, "RunId STARTS_WITH '01a20947-b9ef'", "child order-1");
            await Lists(store, $"ParentRunId = '{Early}'", "child");
            await Lists(store, "ParentRunId IS NULL", "order-1");
            await Lists(store, $"RootRunId = '{Early}'", "child order-1");
            await Lists(store, "RootWorkflowId = 'order-1'", "child order-1");
            var listed = (await store.ListAsync(new VisibilityQuery(Namespace), default)).Entries.ToDictionary(entry => entry.Run, entry => entry.Row);
            Assert.Equal((row, child), (listed[run], listed[Run("child", Later)]));
        }
    }

    [Fact]
    public async Task Pages_go_on_behind_a_run_with_a_short_id()
    {
        await using var store = ShortIds.Open(Path);
        await store.Commit(First(Run("c", Last), visibility: Row(Noon)), First(Run("b", Later), visibility: Row(Noon)), First(Run("a", Early), visibility: Row(Noon)));
        var found = new List<string>();
        VisibilityCursor? after = null;
        do
        {
            var page = await store.ListAsync(new VisibilityQuery(Namespace) { PageSize = 1, After = after }, default);
            found.AddRange(page.Entries.Select(entry => entry.Run.RunId));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal([Early, Later, Last], found);
    }

    [Fact]
    public async Task A_namespace_that_had_runs_before_goes_on_with_whole_ids_beside_new_ones_with_short_ids()
    {
        const string Other = "9f5c7a0e-0000-4000-8000-000000000002";
        Execute(File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "schema-5.sql")));
        var other = new RunKey(Other, "order-1", Early);
        await using (var store = SqliteStore.Open(new SqliteStoreOptions(Path)))
        {
            var shop = Assert.Single(await store.LoadNamespacesAsync(default));
            await store.SaveNamespaceAsync(shop with { Settings = [1] }, default);
            await store.SaveNamespaceAsync(new StoredNamespace(Other, "other", [], new Dictionary<string, int>()), default);
            await store.Commit(Next(Run("order-1"), 3), First(Run("order-3", Later)), First(other, "other"));
        }

        await using var reopened = SqliteStore.Open(new SqliteStoreOptions(Path));
        Assert.Equal(["first", "next", "next"], await reopened.Rows(Run("order-1")));
        Assert.Equal(["first"], await reopened.Rows(Run("order-3", Later)));
        Assert.Equal(["other"], await reopened.Rows(other));
        Assert.Equal(1, Number($"SELECT count(*) FROM entity WHERE namespace_id = '{Namespace}' AND run_id = '{Later}'"));
        Assert.Equal(1, Number($"SELECT count(*) FROM entity WHERE namespace_id = '~1' AND run_id = '{ShortRunId.Of(Early)}'"));
    }

    private static async Task Lists(SqliteStore store, string query, string expected)
    {
        var page = await store.ListAsync(new VisibilityQuery(Namespace) { Filter = ListFilter.ForList(query, Shop).Reply }, default);
        Assert.Equal(expected.Split(' '), page.Entries.Select(entry => entry.Run.WorkflowId).Order(StringComparer.Ordinal));
    }

    private long Number(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        return DatabaseFile.Number(connection, sql);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        DatabaseFile.Execute(connection, sql);
    }
}
