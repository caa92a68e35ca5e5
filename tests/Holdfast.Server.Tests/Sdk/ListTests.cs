using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Finding workflows: lists and counts tell what is, at once, and the same after a crash.</summary>
public class ListTests
{
    private static readonly SearchAttributeKey<string> Customer = SearchAttributeKey.CreateKeyword("Customer");
    private static readonly SearchAttributeKey<long> Amount = SearchAttributeKey.CreateLong("Amount");
    private static readonly SearchAttributeKey<double> Score = SearchAttributeKey.CreateDouble("Score");
    private static readonly SearchAttributeKey<bool> Urgent = SearchAttributeKey.CreateBool("Urgent");
    private static readonly SearchAttributeKey<DateTimeOffset> Received = SearchAttributeKey.CreateDateTimeOffset("Received");
    private static readonly SearchAttributeKey<IReadOnlyCollection<string>> Topics = SearchAttributeKey.CreateKeywordList("Topics");
    private static readonly SearchAttributeKey<string> Subject = SearchAttributeKey.CreateText("Subject");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Workflows_are_found_by_their_search_attributes(bool crash)
    {
        await using var server = await StartAsync();
        await StartAsync(server, "a", "acme", 10, 0.5, true, "2026-01-01T00:00:00Z", ["refund", "angry"], "Where is my money");
        await StartAsync(server, "b", "acme", 20, 1.5, false, "2026-02-01T00:00:00Z", ["refund"], "Money back please");
        await StartAsync(server, "c", "bolt", 30, 2.5, true, "2026-03-01T00:00:00Z", ["praise"], "Thank you");
        await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options("plain"));
        if (crash)
            await server.CrashAndRestartAsync();

        var expected = new (string Query, string Ids)[]
        {
            ("", "a b c plain"),
            ("Customer = 'acme'", "a b"),
            ("Customer != 'acme'", "c"),
            ("Customer IN ('bolt', 'nobody')", "c"),
            ("Customer NOT IN ('bolt', 'nobody')", "a b"),
            ("Customer STARTS_WITH 'ac'", "a b"),
            ("Customer IS NULL", "plain"),
            ("Customer IS NOT NULL", "a b c"),
            ("Amount > 10", "b c"),
            ("Amount >= 10 AND Amount < 30", "a b"),
            ("Amount BETWEEN 15 AND 30", "b c"),
            ("Amount = 10 OR Amount = 30", "a c"),
            ("Score <= 1.5", "a b"),
            ("Score BETWEEN 2 AND 3", "c"),
            ("Urgent = true", "a c"),
            ("Urgent = false", "b"),
            ("Received > '2026-01-15T00:00:00Z'", "b c"),
            ("Received BETWEEN '2026-01-01T00:00:00Z' AND '2026-02-01T00:00:00Z'", "a b"),
            ("Topics = 'refund'", "a b"),
            ("Topics IN ('praise', 'angry')", "a c"),
            ("Subject = 'money'", "a b"),
            ("Subject = 'thank'", "c"),
            ("Customer = 'acme' AND (Urgent = true OR Amount > 100)", "a"),
            ("NOT (Customer = 'acme')", "c"),
            ("WorkflowId = 'b'", "b"),
            ("WorkflowType = 'Conversation' AND WorkflowId STARTS_WITH 'pl'", "plain"),
            ("ExecutionStatus = 'Running' AND Customer = 'bolt'", "c"),
            ("`Customer` = \"acme\"", "a b"),
        };
        foreach (var (query, ids) in expected)
        {
            Assert.Equal((query, ids), (query, await IdsAsync(server, query)));
            Assert.Equal((query, ids.Split(' ').Length), (query, (int)(await server.Client.CountWorkflowsAsync(query)).Count));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Workflows_are_found_by_status_and_type_and_counted_by_status(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>().AddWorkflow<Brief>(), async () =>
        {
            var completed = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options("completed"));
            await completed.SignalAsync(wf => wf.EndAsync());
            await completed.GetResultAsync();
            Assert.Equal("completed", await IdsAsync(server, "ExecutionStatus = 'Completed'"));
            var failed = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options("failed"));
            await failed.SignalAsync(wf => wf.FailAsync());
            await Assert.ThrowsAsync<WorkflowFailedException>(() => failed.GetResultAsync());
            var canceled = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options("canceled"));
            await canceled.CancelAsync();
            await Assert.ThrowsAsync<WorkflowFailedException>(() => canceled.GetResultAsync());
            var terminated = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options("terminated"));
            await terminated.TerminateAsync();
            await server.Client.ExecuteWorkflowAsync((Brief wf) => wf.RunAsync(), server.Options("brief"));
            await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options("running"));
            if (crash)
                await server.CrashAndRestartAsync();

            Assert.Equal("brief completed", await IdsAsync(server, "ExecutionStatus = 'Completed'"));
            Assert.Equal("failed", await IdsAsync(server, "ExecutionStatus = 'Failed'"));
            Assert.Equal("canceled", await IdsAsync(server, "ExecutionStatus = 'Canceled'"));
            Assert.Equal("terminated", await IdsAsync(server, "ExecutionStatus = 'Terminated'"));
            Assert.Equal("running", await IdsAsync(server, "ExecutionStatus = 'Running'"));
            Assert.Equal("brief canceled completed failed terminated", await IdsAsync(server, "ExecutionStatus != 'Running'"));
            Assert.Equal("brief canceled completed failed terminated", await IdsAsync(server, "CloseTime IS NOT NULL"));
            Assert.Equal("brief", await IdsAsync(server, "WorkflowType = 'Brief'"));
            Assert.Equal("brief running", await IdsAsync(server, "WorkflowId IN ('brief', 'running')"));
            Assert.Equal("completed", await IdsAsync(server, $"RunId = '{completed.ResultRunId}'"));
            Assert.Equal("", await IdsAsync(server, "StartTime > '2100-01-01T00:00:00Z'"));
            Assert.Equal(6, (await server.Client.CountWorkflowsAsync($"TaskQueue = '{server.TaskQueue}'")).Count);

            var count = await server.Client.CountWorkflowsAsync("GROUP BY ExecutionStatus");
            Assert.Equal(6, count.Count);
            Assert.Equal(
                ["Canceled 1", "Completed 2", "Failed 1", "Running 1", "Terminated 1"],
                count.Groups.Select(group => $"{group.GroupValues.Single()} {group.Count}").Order(StringComparer.Ordinal));
        });
    }

    [Fact]
    public async Task A_listed_workflow_carries_what_describe_tells_of_it()
    {
        await using var server = await StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var options = server.Options();
            options.Memo = new Dictionary<string, object> { ["note"] = "kept" };
            options.TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(Customer, "acme").Set(Topics, ["one", "two"]).ToSearchAttributeCollection();
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
            await handle.SignalAsync(wf => wf.EndAsync());
            await handle.GetResultAsync();

            var described = await handle.DescribeAsync();
            var listed = Assert.Single(await server.Client.ListWorkflowsAsync($"WorkflowId = '{handle.Id}'").ToListAsync());
            Assert.Equal(
                (described.Id, described.RunId, described.WorkflowType, described.TaskQueue, described.Status),
                (listed.Id, listed.RunId, listed.WorkflowType, listed.TaskQueue, listed.Status));
            Assert.Equal((described.StartTime, described.ExecutionTime, described.CloseTime), (listed.StartTime, listed.ExecutionTime, listed.CloseTime));
            Assert.Equal(described.HistoryLength, listed.HistoryLength);
            Assert.Equal("kept", await listed.Memo["note"].ToValueAsync<string>());
            Assert.Equal("acme", listed.TypedSearchAttributes.Get(Customer));
            Assert.Equal(["one", "two"], listed.TypedSearchAttributes.Get(Topics));
        });
    }

    [Fact]
    public async Task Changed_search_attributes_and_memo_are_found_at_once()
    {
        await using var server = await StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Changing>(), async () =>
        {
            var options = server.Options("changing");
            options.Memo = new Dictionary<string, object> { ["old"] = 1, ["gone"] = 2 };
            options.TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(Customer, "acme").Set(Amount, 1).ToSearchAttributeCollection();
            var handle = await server.Client.StartWorkflowAsync((Changing wf) => wf.RunAsync(), options);
            Assert.Equal("changing", await IdsAsync(server, "Customer = 'acme'"));
            await handle.ExecuteUpdateAsync(wf => wf.ChangeAsync());
            await CheckAsync();
            await server.CrashAndRestartAsync();
            await CheckAsync();

            async Task CheckAsync()
            {
                Assert.Equal("", await IdsAsync(server, "Customer = 'acme'"));
                Assert.Equal("changing", await IdsAsync(server, "Customer = 'bolt' AND Amount IS NULL"));
                var described = await handle.DescribeAsync();
                Assert.Equal(["new", "old"], described.Memo.Keys.Order(StringComparer.Ordinal));
                Assert.False(described.TypedSearchAttributes.ContainsKey(Amount));
                Assert.Equal("bolt", described.TypedSearchAttributes.Get(Customer));
            }
        });
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition()
    {
        await using var server = await SdkServer.StartAsync();
        for (var number = 0; number < 7; number++)
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options($"wf-{number}"));
            if (number % 2 == 0)
                await handle.TerminateAsync();
        }

        var seen = new List<string>();
        byte[]? token = null;
        var pages = 0;
        do
        {
            var page = await server.Client.ListWorkflowsPaginatedAsync("WorkflowType = 'Conversation'", token, new() { PageSize = 2 });
            Assert.InRange(page.Workflows.Count, 1, 2);
            seen.AddRange(page.Workflows.Select(workflow => workflow.Id));
            token = page.NextPageToken;
            if (++pages == 2)
                await server.CrashAndRestartAsync();
        }
        while (token is { Length: > 0 });

        Assert.Equal(4, pages);
        Assert.Equal(["wf-5", "wf-3", "wf-1", "wf-6", "wf-4", "wf-2", "wf-0"], seen);
        Assert.Equal(3, (await server.Client.ListWorkflowsAsync("", new() { Limit = 3 }).ToListAsync()).Count);
    }

    [Theory]
    [InlineData("Customer = ")]
    [InlineData("Nothing = 'known'")]
    [InlineData("WorkflowId = 'a' ORDER BY StartTime")]
    [InlineData("ExecutionStatus = 'Dancing'")]
    [InlineData("WorkflowId ~ 'a'")]
    public async Task A_query_that_cannot_be_understood_is_refused(string query)
    {
        await using var server = await SdkServer.StartAsync();
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.ListWorkflowsAsync(query).ToListAsync());
        Assert.Equal(RpcException.StatusCode.InvalidArgument, refused.Code);
        refused = await Assert.ThrowsAsync<RpcException>(() => server.Client.CountWorkflowsAsync(query));
        Assert.Equal(RpcException.StatusCode.InvalidArgument, refused.Code);
    }

    private static async Task<string> IdsAsync(SdkServer server, string query) =>
        string.Join(' ', (await server.Client.ListWorkflowsAsync(query).ToListAsync()).Select(workflow => workflow.Id).Order(StringComparer.Ordinal));

    private static Task<SdkServer> StartAsync() => SdkServer.StartAsync(options =>
    {
        options.SearchAttributes["Customer"] = IndexedValueType.Keyword;
        options.SearchAttributes["Amount"] = IndexedValueType.Int;
        options.SearchAttributes["Score"] = IndexedValueType.Double;
        options.SearchAttributes["Urgent"] = IndexedValueType.Bool;
        options.SearchAttributes["Received"] = IndexedValueType.Datetime;
        options.SearchAttributes["Topics"] = IndexedValueType.KeywordList;
        options.SearchAttributes["Subject"] = IndexedValueType.Text;
    });

    private static Task StartAsync(
        SdkServer server, string id, string customer, long amount, double score, bool urgent, string received, string[] topics, string subject)
    {
        var options = server.Options(id);
        options.TypedSearchAttributes = new SearchAttributeCollection.Builder()
            .Set(Customer, customer)
            .Set(Amount, amount)
            .Set(Score, score)
            .Set(Urgent, urgent)
            .Set(Received, DateTimeOffset.Parse(received, System.Globalization.CultureInfo.InvariantCulture))
            .Set(Topics, topics)
            .Set(Subject, subject)
            .ToSearchAttributeCollection();
        return server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
    }

    [Workflow]
    public class Brief
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;
    }

    [Workflow]
    public class Changing
    {
        [WorkflowRun]
        public Task RunAsync() => Workflow.WaitConditionAsync(() => false);

        [WorkflowUpdate]
        public Task ChangeAsync()
        {
            Workflow.UpsertTypedSearchAttributes(Customer.ValueSet("bolt"), Amount.ValueUnset());
            Workflow.UpsertMemo(MemoUpdate.ValueSet("new", 3), MemoUpdate.ValueUnset("gone"));
            return Task.CompletedTask;
        }
    }
}
