using System.Collections.Immutable;
using System.Text.Json;
using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Engine.Visibility;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Tests;

/// <summary>What lists and counts find, in which order and in which pages; the same for every store.</summary>
public abstract class VisibilityContract : IAsyncLifetime
{
    private static readonly NamespaceView Shop = new(Namespace, "shop")
    {
        SearchAttributes = new Dictionary<string, IndexedValueType>
        {
            ["Customer"] = IndexedValueType.Keyword,
            ["Tags"] = IndexedValueType.KeywordList,
            ["Note"] = IndexedValueType.Text,
            ["Amount"] = IndexedValueType.Int,
            ["Weight"] = IndexedValueType.Double,
            ["Urgent"] = IndexedValueType.Bool,
            ["Due"] = IndexedValueType.Datetime,
            ["odd \"name\".é\\$[0] 漢"] = IndexedValueType.Keyword,
        }.ToImmutableDictionary(),
    };

    private IStore store = null!;

    public Task InitializeAsync()
    {
        store = Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await store.DisposeAsync();
        Closed();
    }

    [Theory]
    [InlineData("", "a b c d e")]
    [InlineData("WorkflowId = 'a'", "a")]
    [InlineData("WorkflowId != 'a'", "b c d e")]
    [InlineData("WorkflowId IN ('a', 'e', 'x')", "a e")]
    [InlineData("WorkflowId NOT IN ('a', 'e')", "b c d")]
    [InlineData("WorkflowId >= 'b' AND WorkflowId < 'd'", "b c")]
    [InlineData("WorkflowId BETWEEN 'b' AND 'd'", "b c d")]
    [InlineData("WorkflowId NOT BETWEEN 'b' AND 'd'", "a e")]
    [InlineData("RunId = 'run-c'", "c")]
    [InlineData("WorkflowType = 'Order' AND TaskQueue = 'orders'", "a b c d e")]
    [InlineData("WorkflowType STARTS_WITH 'Ord'", "a b c d e")]
    [InlineData("WorkflowType STARTS_WITH 'ord'", "")]
    [InlineData("WorkflowType NOT STARTS_WITH 'x%'", "a b c d e")]
    [InlineData("ExecutionStatus = 'Running'", "a b")]
    [InlineData("ExecutionStatus != 'Running'", "c d e")]
    [InlineData("NOT ExecutionStatus = 'Running'", "c d e")]
    [InlineData("ExecutionStatus = 2", "c d e")]
    [InlineData("ExecutionStatus IN ('Running', 'Failed')", "a b")]
    [InlineData("ExecutionStatus = 'Running' OR WorkflowId = 'e'", "a b e")]
    [InlineData("StartTime > '2026-03-01T12:01:00Z'", "a c d")]
    [InlineData("StartTime >= '2026-03-01T13:01:00+01:00'", "a b c d")]
    [InlineData("StartTime = '2026-03-01T12:01:00Z'", "b")]
    [InlineData("CloseTime IS NULL", "a b")]
    [InlineData("CloseTime IS NOT NULL", "c d e")]
    [InlineData("CloseTime < '2026-03-01T14:00:00Z'", "e")]
    [InlineData("NOT CloseTime < '2026-03-01T14:00:00Z'", "c d")]
    [InlineData("ExecutionDuration >= '1h59m' AND ExecutionDuration < 7200000000000", "c d")]
    [InlineData("ExecutionDuration IS NULL", "a b")]
    [InlineData("HistoryLength = 7 AND HistorySizeBytes > 100 AND StateTransitionCount IN (3)", "a")]
    [InlineData("ParentWorkflowId IS NULL", "a c d e")]
    [InlineData("ParentWorkflowId = 'a' AND ParentRunId = 'run-a' AND RootWorkflowId = 'a' AND RootRunId = 'run-a'", "b")]
    [InlineData("Customer = 'Ada'", "a c")]
    [InlineData("Customer != 'Ada'", "b")]
    [InlineData("NOT (Customer = 'Ada')", "b")]
    [InlineData("Customer IS NULL", "d e")]
    [InlineData("Customer IS NOT NULL", "a b c")]
    [InlineData("Customer STARTS_WITH 'A'", "a c")]
    [InlineData("Customer > 'Ada'", "b")]
    [InlineData("Customer = 'Ada' OR Customer IS NULL", "a c d e")]
    [InlineData("Tags = 'red'", "a b")]
    [InlineData("Tags != 'red'", "c")]
    [InlineData("Tags IN ('green', 'blue')", "a c")]
    [InlineData("Tags NOT IN ('green', 'blue')", "b")]
    [InlineData("Tags IS NULL", "d e")]
    [InlineData("Note = 'PARCEL'", "a")]
    [InlineData("Note = 'lost parcel'", "a b")]
    [InlineData("Note != 'parcel'", "b")]
    [InlineData("Note = 'par'", "")]
    [InlineData("Amount > 5", "a b")]
    [InlineData("Amount > 5.5 AND Amount <= 10.0", "a")]
    [InlineData("Amount IN (10, -3)", "a c")]
    [InlineData("Amount BETWEEN -3 AND 10", "a c")]
    [InlineData("Weight >= 2", "a b")]
    [InlineData("Weight = 2.5", "a")]
    [InlineData("Urgent = true", "a")]
    [InlineData("Urgent != true", "b")]
    [InlineData("Due < '2026-05-01T00:00:00Z'", "a")]
    [InlineData("Due >= 1777593600000000000", "b")]
    [InlineData("Due IS NOT NULL", "a b")]
    [InlineData("`odd \"name\".é\\$[0] 漢` = 'yes'", "a")]
    [InlineData("TemporalNamespaceDivision = 'TemporalScheduler'", "s")]
    [InlineData("TemporalNamespaceDivision IS NOT NULL", "s")]
    [InlineData("TemporalNamespaceDivision IS NULL OR WorkflowId = 's'", "a b s c d e")]
    [InlineData("WorkflowId = 's'", "")]
    public async Task Filters_find(string query, string found)
    {
        await StoreTheShop();
        var filter = ListFilter.ForList(query, Shop).Reply;
        var page = await store.ListAsync(new VisibilityQuery(Namespace) { Filter = filter }, default);
        Assert.Equal(found, string.Join(' ', page.Entries.Select(entry => entry.Run.WorkflowId)));
        Assert.Null(page.Next);
        Assert.Equal(page.Entries.Count, (await store.CountAsync(new VisibilityQuery(Namespace) { Filter = filter }, default)).Total);
    }

    [Fact]
    public async Task Counts_group_by_status()
    {
        await StoreTheShop();
        var all = await store.CountAsync(Count("GROUP BY ExecutionStatus"), default);
        Assert.Equal(5, all.Total);
        Assert.Equal(
            [(WorkflowExecutionStatus.Running, 2), (WorkflowExecutionStatus.Completed, 3)],
            all.ByStatus.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)));
        Assert.Equal([WorkflowExecutionStatus.Completed], (await store.CountAsync(Count("WorkflowId > 'b' GROUP BY ExecutionStatus"), default)).ByStatus.Keys);
        Assert.Empty((await store.CountAsync(Count(""), default)).ByStatus);

        static VisibilityQuery Count(string query) => new(Namespace) { Filter = ListFilter.ForCount(query, Shop).Reply };
    }

    [Fact]
    public async Task A_row_reads_back_as_it_was_written_last()
    {
        var row = Row(Noon.AddTicks(7), Noon.AddHours(1).AddTicks(3)) with
        {
            Status = WorkflowExecutionStatus.Terminated,
            ExecutionTime = Noon.AddMinutes(1),
            HistoryLength = 1,
            HistorySizeBytes = 2,
            StateTransitionCount = 3,
            ParentWorkflowId = "p",
            ParentRunId = "pr",
            RootWorkflowId = "r",
            RootRunId = "rr",
            SearchAttributes = Attributes(("Customer", IndexedValueType.Keyword, "Ada"), ("Tags", IndexedValueType.KeywordList, List("one"))),
            Memo = new Memo { Fields = { ["note"] = new Payload { Data = ByteString.CopyFromUtf8("hello") } } },
        };
        await store.Commit(First(Run("order-1"), visibility: Row(Noon)));
        await store.Commit(Next(Run("order-1"), 2) with { Visibility = row });
        await store.Commit(Next(Run("order-1"), 3));

        var entry = Assert.Single((await store.ListAsync(new VisibilityQuery(Namespace), default)).Entries);
        Assert.Equal(Run("order-1"), entry.Run);
        Assert.Equal(row, entry.Row);
    }

    [Fact]
    public async Task Lists_keep_to_their_namespace()
    {
        await store.Commit(First(Run("here"), visibility: Row(Noon)));
        await store.Commit(First(new RunKey("elsewhere", "there", "run-1"), visibility: Row(Noon)));
        Assert.Equal("there", Assert.Single((await store.ListAsync(new VisibilityQuery("elsewhere"), default)).Entries).Run.WorkflowId);
        Assert.Equal(1, (await store.CountAsync(new VisibilityQuery(Namespace), default)).Total);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(60)]
    public async Task Pages_hold_each_row_once_and_in_order(int pageSize)
    {
        // Many rows with the same times: the run id decides.
        await store.Commit([.. Enumerable.Range(0, 60).Select(i => First(
            Run($"order-{i}", $"run-{i:00}"),
            visibility: Row(Noon.AddSeconds(i % 3), i % 2 == 0 ? null : Noon.AddHours(i % 4))))]);

        var all = new List<VisibilityEntry>();
        VisibilityCursor? after = null;
        do
        {
            var page = await store.ListAsync(new VisibilityQuery(Namespace) { PageSize = pageSize, After = Resent(after) }, default);
            Assert.InRange(page.Entries.Count, 1, pageSize);
            all.AddRange(page.Entries);
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(60, all.Select(entry => entry.Run).Distinct().Count());
        Assert.Equal(all.OrderBy(VisibilityCursor.Of, VisibilityCursor.ListOrder), all);
        Assert.Equal(30, all.TakeWhile(entry => entry.Row.CloseTime is null).Count());
    }

    [Fact]
    public async Task Pages_neither_repeat_nor_skip_what_stays_while_other_rows_come_and_move()
    {
        await store.Commit([.. Enumerable.Range(0, 6).Select(i => First(Run($"order-{i}"), visibility: Row(Noon.AddMinutes(-i))))]);
        var first = await store.ListAsync(new VisibilityQuery(Namespace) { PageSize = 3 }, default);
        Assert.Equal(["order-0", "order-1", "order-2"], first.Entries.Select(entry => entry.Run.WorkflowId));

        await store.Commit(
            First(Run("newer"), visibility: Row(Noon.AddMinutes(5))),
            Next(Run("order-1"), 2) with { Visibility = Row(Noon.AddMinutes(-1), Noon.AddHours(1)) });

        var second = await store.ListAsync(new VisibilityQuery(Namespace) { PageSize = 3, After = Resent(first.Next) }, default);
        Assert.Equal(["order-3", "order-4", "order-5"], second.Entries.Select(entry => entry.Run.WorkflowId));
    }

    [Fact]
    public async Task The_largest_filter_that_is_accepted_runs()
    {
        await StoreTheShop();
        var nested = new string('(', 90) + "Tags = 'red'" + new string(')', 90);
        var wide = string.Join(" AND ", Enumerable.Repeat("NOT NOT Tags = 'red'", 499));
        var query = $"{wide} AND {nested}";
        var page = await store.ListAsync(new VisibilityQuery(Namespace) { Filter = ListFilter.ForList(query, Shop).Reply }, default);
        Assert.Equal(2, page.Entries.Count);

        var many = $"Amount IN ({string.Join(',', Enumerable.Range(1, 10_000))})";
        page = await store.ListAsync(new VisibilityQuery(Namespace) { Filter = ListFilter.ForList(many, Shop).Reply }, default);
        Assert.Equal(["a", "b"], page.Entries.Select(entry => entry.Run.WorkflowId));
    }

    protected abstract IStore Open();

    protected virtual void Closed()
    {
    }

    // As a client sends it back.
    private static VisibilityCursor? Resent(VisibilityCursor? cursor)
    {
        if (cursor is null)
            return null;
        Assert.True(VisibilityCursor.TryParse(cursor.ToToken(), out var parsed));
        Assert.Equal(cursor, parsed);
        return parsed;
    }

    /// <summary>Runs a to e in the order in which they are listed, and s of a schedule, which is hidden.</summary>
    private Task StoreTheShop() => store.Commit(
        First(Run("a", "run-a"), visibility: Row(Noon.AddMinutes(2)) with
        {
            HistoryLength = 7,
            HistorySizeBytes = 700,
            StateTransitionCount = 3,
            SearchAttributes = Attributes(
                ("Customer", IndexedValueType.Keyword, "Ada"),
                ("Tags", IndexedValueType.KeywordList, List("red", "green")),
                ("Note", IndexedValueType.Text, "Where is my parcel?"),
                ("Amount", IndexedValueType.Int, 10),
                ("Weight", IndexedValueType.Double, 2.5),
                ("Urgent", IndexedValueType.Bool, true),
                ("Due", IndexedValueType.Datetime, "2026-04-01T00:00:00.5Z"),
                ("odd \"name\".é\\$[0] 漢", IndexedValueType.Keyword, "yes")),
        }),
        First(Run("b", "run-b"), visibility: Row(Noon.AddMinutes(1)) with
        {
            ParentWorkflowId = "a",
            ParentRunId = "run-a",
            RootWorkflowId = "a",
            RootRunId = "run-a",
            SearchAttributes = Attributes(
                ("Customer", IndexedValueType.Keyword, "Bob"),
                ("Tags", IndexedValueType.KeywordList, List("red")),
                ("Note", IndexedValueType.Text, "lost, not found"),
                ("Amount", IndexedValueType.Int, 1000),
                ("Weight", IndexedValueType.Double, 2),
                ("Urgent", IndexedValueType.Bool, false),
                ("Due", IndexedValueType.Datetime, "2026-05-01T02:00:00+02:00")),
        }),
        First(Run("s", "run-s"), visibility: Row(Noon) with
        {
            SearchAttributes = Attributes(("TemporalNamespaceDivision", IndexedValueType.Keyword, "TemporalScheduler")),
        }),
        First(Run("c", "run-c"), visibility: Row(Noon.AddMinutes(4), Noon.AddMinutes(123)) with
        {
            SearchAttributes = Attributes(
                ("Customer", IndexedValueType.Keyword, "Ada"),
                ("Tags", IndexedValueType.KeywordList, List("blue", "blue")),
                ("Amount", IndexedValueType.Int, -3)),
        }),
        First(Run("d", "run-d"), visibility: Row(Noon.AddMinutes(3), Noon.AddMinutes(122))),
        First(Run("e", "run-e"), visibility: Row(Noon.AddMinutes(-1), Noon.AddMinutes(1))));

    private static string[] List(params string[] items) => items;

    private static SearchAttributes Attributes(params (string Name, IndexedValueType Type, object Value)[] attributes)
    {
        var map = new SearchAttributes();
        foreach (var (name, type, value) in attributes)
        {
            map.IndexedFields[name] = new Payload
            {
                Metadata =
                {
                    ["encoding"] = ByteString.CopyFromUtf8("json/plain"),
                    ["type"] = ByteString.CopyFromUtf8(type.ToString()),
                },
                Data = ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(value)),
            };
        }

        return map;
    }
}
