using Temporalio.Api.Enums.V1;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>What a workflow tells about itself, and how it is found by it.</summary>
public class MemoAndSearchAttributeTests
{
    private static readonly SearchAttributeKey<string> Customer = SearchAttributeKey.CreateKeyword("Customer");
    private static readonly SearchAttributeKey<long> Amount = SearchAttributeKey.CreateLong("Amount");
    private static readonly SearchAttributeKey<double> Score = SearchAttributeKey.CreateDouble("Score");
    private static readonly SearchAttributeKey<bool> Urgent = SearchAttributeKey.CreateBool("Urgent");
    private static readonly SearchAttributeKey<string> Subject = SearchAttributeKey.CreateText("Subject");
    private static readonly SearchAttributeKey<DateTimeOffset> Due = SearchAttributeKey.CreateDateTimeOffset("Due");
    private static readonly SearchAttributeKey<IReadOnlyCollection<string>> Tags = SearchAttributeKey.CreateKeywordList("Tags");

    private static readonly string[] RedAndBlue = ["red", "blue"];

    private static readonly string[] QueriesThatFindIt =
    [
        "Customer = 'acme'", "Amount >= 7 AND Amount < 8", "Score = 0.5", "Urgent = true", "Subject = 'printer'",
        "Due > '2030-01-01T00:00:00Z'", "Tags = 'blue'", "Customer STARTS_WITH 'ac'", "Customer IN ('x', 'acme')",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_running_workflow_is_found_by_what_it_set_and_no_longer_by_what_it_unset(bool crash)
    {
        await using var server = await StartServerAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Telling>(), async () =>
        {
            var options = server.Options();
            options.TypedSearchAttributes = new SearchAttributeCollection.Builder()
                .Set(Customer, "acme").Set(Amount, 7).Set(Score, 0.5).Set(Urgent, true).Set(Subject, "Broken printer on floor 3")
                .Set(Due, new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero)).Set(Tags, RedAndBlue)
                .ToSearchAttributeCollection();
            var handle = await server.Client.StartWorkflowAsync((Telling wf) => wf.RunAsync(), options);
            foreach (var query in QueriesThatFindIt)
                Assert.Equal([handle.Id], await IdsAsync(server, query));

            await handle.SignalAsync(wf => wf.ChangeAsync());
            await handle.WaitForAsync(EventType.UpsertWorkflowSearchAttributes);
            if (crash)
                await server.CrashAndRestartAsync();
            Assert.Equal([handle.Id], await IdsAsync(server, "Amount = 8 AND Customer IS NULL"));
            Assert.Empty(await IdsAsync(server, "Customer = 'acme'"));
            var attributes = (await handle.DescribeAsync()).TypedSearchAttributes;
            Assert.Equal(8, attributes.Get(Amount));
            Assert.False(attributes.ContainsKey(Customer));
            Assert.Equal(RedAndBlue, attributes.Get(Tags));
            Assert.Equal("7 -> 8", await handle.GetResultAsync());
            await handle.ShouldReplayAsync<Telling>();
        });
    }

    [Fact]
    public async Task A_workflow_changes_its_memo_and_everybody_sees_it()
    {
        await using var server = await StartServerAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Telling>(), async () =>
        {
            var options = server.Options();
            options.TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(Amount, 1).ToSearchAttributeCollection();
            options.Memo = new Dictionary<string, object> { ["state"] = "new", ["owner"] = "ada" };
            var handle = await server.Client.StartWorkflowAsync((Telling wf) => wf.RunAsync(), options);
            Assert.Equal("new", await MemoAsync((await handle.DescribeAsync()).Memo, "state"));

            await handle.SignalAsync(wf => wf.ChangeAsync());
            await handle.GetResultAsync();
            var memo = (await handle.DescribeAsync()).Memo;
            Assert.Equal("changed", await MemoAsync(memo, "state"));
            Assert.False(memo.ContainsKey("owner"));
            await foreach (var listed in server.Client.ListWorkflowsAsync($"WorkflowId = '{handle.Id}'"))
                Assert.Equal("changed", await MemoAsync(listed.Memo, "state"));
            await handle.TheEventAsync(EventType.WorkflowPropertiesModified);
        });

        static Task<string> MemoAsync(IReadOnlyDictionary<string, Temporalio.Converters.IEncodedRawValue> memo, string key) =>
            memo[key].ToValueAsync<string>();
    }

    [Fact]
    public async Task A_search_attribute_that_nobody_registered_is_refused_at_the_start()
    {
        await using var server = await SdkServer.StartAsync();
        var options = server.Options();
        options.TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(Customer, "acme").ToSearchAttributeCollection();
        var refused = await Assert.ThrowsAsync<Temporalio.Exceptions.RpcException>(
            () => server.Client.StartWorkflowAsync((Telling wf) => wf.RunAsync(), options));
        Assert.Equal(Temporalio.Exceptions.RpcException.StatusCode.InvalidArgument, refused.Code);
        Assert.Contains("Customer", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workflows_are_counted_and_grouped_by_their_status()
    {
        await using var server = await StartServerAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Telling>(), async () =>
        {
            var handles = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ =>
            {
                var options = server.Options();
                options.TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(Amount, 1).ToSearchAttributeCollection();
                return server.Client.StartWorkflowAsync((Telling wf) => wf.RunAsync(), options);
            }));
            await handles[0].SignalAsync(wf => wf.ChangeAsync());
            await handles[0].GetResultAsync();
            Assert.Equal(2, (await server.Client.CountWorkflowsAsync("ExecutionStatus = 'Running'")).Count);
            var counted = await server.Client.CountWorkflowsAsync("GROUP BY ExecutionStatus");
            Assert.Equal(3, counted.Count);
            Assert.Equal([("Completed", 1), ("Running", 2)], counted.Groups.Select(group => ((string)group.GroupValues.Single(), (int)group.Count)).Order());
        });
    }

    private static Task<SdkServer> StartServerAsync() => SdkServer.StartAsync(options =>
    {
        foreach (var key in new SearchAttributeKey[] { Customer, Amount, Score, Urgent, Subject, Due, Tags })
            options.SearchAttributes[key.Name] = key.ValueType;
    });

    private static async Task<List<string>> IdsAsync(SdkServer server, string query)
    {
        var ids = new List<string>();
        await foreach (var found in server.Client.ListWorkflowsAsync(query))
            ids.Add(found.Id);
        return ids;
    }

    [Workflow]
    public class Telling
    {
        private bool change;

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => change);
            var before = Workflow.TypedSearchAttributes.Get(Amount);
            Workflow.UpsertTypedSearchAttributes(Amount.ValueSet(before + 1), Customer.ValueUnset());
            Workflow.UpsertMemo(MemoUpdate.ValueSet("state", "changed"), MemoUpdate.ValueUnset("owner"));
            return $"{before} -> {Workflow.TypedSearchAttributes.Get(Amount)}";
        }

        [WorkflowSignal]
        public Task ChangeAsync()
        {
            change = true;
            return Task.CompletedTask;
        }
    }
}
