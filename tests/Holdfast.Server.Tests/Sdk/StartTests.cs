using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Starting a workflow: what is given to it is what it has, and a start that is asked for twice happens once.</summary>
public class StartTests
{
    private static readonly SearchAttributeKey<string> Customer = SearchAttributeKey.CreateKeyword("Customer");
    private static readonly SearchAttributeKey<long> Amount = SearchAttributeKey.CreateLong("Amount");
    private static readonly SearchAttributeKey<double> Score = SearchAttributeKey.CreateDouble("Score");
    private static readonly SearchAttributeKey<bool> Urgent = SearchAttributeKey.CreateBool("Urgent");
    private static readonly SearchAttributeKey<DateTimeOffset> Received = SearchAttributeKey.CreateDateTimeOffset("Received");
    private static readonly SearchAttributeKey<IReadOnlyCollection<string>> Topics = SearchAttributeKey.CreateKeywordList("Topics");
    private static readonly SearchAttributeKey<string> Subject = SearchAttributeKey.CreateText("Subject");

    [Fact]
    public async Task Describe_tells_all_that_a_workflow_was_started_with_before_and_after_a_crash()
    {
        await using var server = await StartWithAttributesAsync();
        var received = new DateTimeOffset(2026, 3, 1, 12, 30, 0, TimeSpan.Zero);
        var attributes = new SearchAttributeCollection.Builder()
            .Set(Customer, "acme")
            .Set(Amount, 42L)
            .Set(Score, 0.25)
            .Set(Urgent, true)
            .Set(Received, received)
            .Set(Topics, ["refund", "angry"])
            .Set(Subject, "where is my money")
            .ToSearchAttributeCollection();
        var options = server.Options();
        options.Memo = new Dictionary<string, object> { ["note"] = "kept", ["tries"] = 3 };
        options.TypedSearchAttributes = attributes;
        options.ExecutionTimeout = TimeSpan.FromHours(3);
        options.RunTimeout = TimeSpan.FromHours(2);
        options.TaskTimeout = TimeSpan.FromSeconds(7);
        options.StaticSummary = "a *short* line";
        options.StaticDetails = "many\nlines";
        options.Priority = new(2, "acme", 1.5f);
        options.RetryPolicy = new() { MaximumAttempts = 4 };

        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
        var described = await handle.DescribeAsync();
        var raw = await handle.DescribeAllAsync();

        Assert.Equal(handle.Id, described.Id);
        Assert.Equal(handle.ResultRunId, described.RunId);
        Assert.Equal(handle.FirstExecutionRunId, raw.WorkflowExecutionInfo.FirstRunId);
        Assert.Equal("Conversation", described.WorkflowType);
        Assert.Equal(server.TaskQueue, described.TaskQueue);
        Assert.Equal(WorkflowExecutionStatus.Running, described.Status);
        Assert.Equal(described.StartTime, described.ExecutionTime);
        Assert.InRange(described.StartTime, DateTime.UtcNow.AddMinutes(-5), DateTime.UtcNow.AddMinutes(5));
        Assert.Null(described.CloseTime);
        Assert.Null(described.ParentId);
        Assert.Null(described.ParentRunId);
        Assert.Equal(2, described.HistoryLength);
        Assert.Equal("kept", await described.Memo["note"].ToValueAsync<string>());
        Assert.Equal(3, await described.Memo["tries"].ToValueAsync<int>());
        Assert.Equal("a *short* line", await described.GetStaticSummaryAsync());
        Assert.Equal("many\nlines", await described.GetStaticDetailsAsync());

        var found = described.TypedSearchAttributes;
        Assert.Equal("acme", found.Get(Customer));
        Assert.Equal(42, found.Get(Amount));
        Assert.Equal(0.25, found.Get(Score));
        Assert.True(found.Get(Urgent));
        Assert.Equal(received, found.Get(Received));
        Assert.Equal(["refund", "angry"], found.Get(Topics));
        Assert.Equal("where is my money", found.Get(Subject));

        var config = raw.ExecutionConfig;
        Assert.Equal(TimeSpan.FromHours(3), config.WorkflowExecutionTimeout.ToTimeSpan());
        Assert.Equal(TimeSpan.FromHours(2), config.WorkflowRunTimeout.ToTimeSpan());
        Assert.Equal(TimeSpan.FromSeconds(7), config.DefaultWorkflowTaskTimeout.ToTimeSpan());
        Assert.Equal(server.TaskQueue, config.TaskQueue.Name);
        var info = raw.WorkflowExecutionInfo;
        Assert.Equal(new Temporalio.Api.Common.V1.Priority { PriorityKey = 2, FairnessKey = "acme", FairnessWeight = 1.5f }, info.Priority);
        Assert.Equal(info.Execution, info.RootExecution);
        Assert.Equal(described.StartTime.AddHours(3), raw.WorkflowExtendedInfo.ExecutionExpirationTime.ToDateTime());
        Assert.Equal(described.StartTime.AddHours(2), raw.WorkflowExtendedInfo.RunExpirationTime.ToDateTime());
        Assert.Equal(PendingWorkflowTaskState.Scheduled, raw.PendingWorkflowTask.State);
        Assert.Equal(1, raw.PendingWorkflowTask.Attempt);

        await server.CrashAndRestartAsync();
        Assert.Equal(raw, await handle.DescribeAllAsync());
    }

    [Fact]
    public async Task A_workflow_sees_what_it_was_started_with()
    {
        await using var server = await StartWithAttributesAsync();
        var options = server.Options();
        options.Memo = new Dictionary<string, object> { ["note"] = "kept" };
        options.TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(Customer, "acme").ToSearchAttributeCollection();
        options.ExecutionTimeout = TimeSpan.FromHours(3);
        options.RunTimeout = TimeSpan.FromHours(2);
        options.TaskTimeout = TimeSpan.FromSeconds(7);
        options.RetryPolicy = new() { MaximumAttempts = 4 };
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Introspective>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Introspective wf) => wf.RunAsync(), options);
            Assert.Equal(
                new Introspective.Seen(handle.Id, handle.ResultRunId!, "kept", "acme", TimeSpan.FromHours(3), TimeSpan.FromHours(2), TimeSpan.FromSeconds(7), 4, 1),
                await handle.GetResultAsync());
        });
    }

    [Fact]
    public async Task Describe_of_a_closed_workflow_tells_when_and_how_it_closed()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            await handle.SignalAsync(wf => wf.EndAsync());
            await handle.GetResultAsync();

            var described = await handle.DescribeAsync();
            Assert.Equal(WorkflowExecutionStatus.Completed, described.Status);
            var events = (await handle.FetchHistoryAsync()).Events;
            Assert.Equal(events.Count, described.HistoryLength);
            Assert.Equal(events.Last().EventTime.ToDateTime(), described.CloseTime);
            var raw = await handle.DescribeAllAsync();
            Assert.Equal(described.CloseTime - described.ExecutionTime, raw.WorkflowExecutionInfo.ExecutionDuration.ToTimeSpan());
            Assert.Null(raw.PendingWorkflowTask);
        });
    }

    [Fact]
    public async Task A_search_attribute_that_the_namespace_does_not_have_is_refused_by_name()
    {
        await using var server = await SdkServer.StartAsync();
        var options = server.Options();
        options.TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(Customer, "acme").ToSearchAttributeCollection();
        var refused = await Assert.ThrowsAsync<RpcException>(() => server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options));
        Assert.Equal(RpcException.StatusCode.InvalidArgument, refused.Code);
        Assert.Equal("Namespace default has no mapping defined for search attribute Customer", refused.Message);
        await Assert.ThrowsAsync<RpcException>(() => server.Client.GetWorkflowHandle(options.Id!).DescribeAsync());
    }

    [Fact]
    public async Task A_search_attribute_of_another_type_than_the_namespace_says_is_refused()
    {
        await using var server = await StartWithAttributesAsync();
        var options = server.Options();
        options.TypedSearchAttributes = new SearchAttributeCollection.Builder()
            .Set(SearchAttributeKey.CreateKeyword("Amount"), "a lot").ToSearchAttributeCollection();
        var refused = await Assert.ThrowsAsync<RpcException>(() => server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options));
        Assert.Equal(RpcException.StatusCode.InvalidArgument, refused.Code);
        Assert.Contains("Amount", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delayed_workflow_begins_when_the_delay_is_over_and_a_signal_does_not_wake_it_early(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var options = server.Options();
            options.StartDelay = TimeSpan.FromSeconds(2);
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
            var described = await handle.DescribeAsync();
            Assert.Equal(described.StartTime.AddSeconds(2), described.ExecutionTime);
            await handle.SignalAsync(wf => wf.SayAsync("early"));
            await handle.SignalAsync(wf => wf.EndAsync());
            if (crash)
                await server.CrashAndRestartAsync();

            Assert.Equal("early", await handle.GetResultAsync());
            var scheduled = (await handle.FetchHistoryAsync()).Events.First(written => written.EventType == EventType.WorkflowTaskScheduled);
            Assert.InRange(scheduled.EventTime.ToDateTime(), described.ExecutionTime!.Value, described.ExecutionTime.Value.AddMinutes(1));
            Assert.Equal(4, scheduled.EventId);
        });
    }

    [Fact]
    public async Task A_start_that_is_asked_for_again_is_answered_as_the_first_time_even_after_a_crash_and_after_the_end()
    {
        await using var server = await SdkServer.StartAsync();
        var request = Request(server, "asked-twice");
        var first = await server.Client.WorkflowService.StartWorkflowExecutionAsync(request);
        Assert.True(first.Started);

        var again = await server.Client.WorkflowService.StartWorkflowExecutionAsync(request);
        Assert.Equal((first.RunId, true), (again.RunId, again.Started));

        await server.CrashAndRestartAsync();
        again = await server.Client.WorkflowService.StartWorkflowExecutionAsync(request);
        Assert.Equal((first.RunId, true), (again.RunId, again.Started));

        await server.Client.GetWorkflowHandle("asked-twice").TerminateAsync();
        again = await server.Client.WorkflowService.StartWorkflowExecutionAsync(request);
        Assert.Equal((first.RunId, true), (again.RunId, again.Started));

        request.RequestId = "another request";
        Assert.NotEqual(first.RunId, (await server.Client.WorkflowService.StartWorkflowExecutionAsync(request)).RunId);
    }

    [Fact]
    public async Task Hundred_starts_of_one_id_at_once_make_one_workflow()
    {
        await using var server = await SdkServer.StartAsync();
        var starts = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            try
            {
                return (await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options("contested"))).ResultRunId;
            }
            catch (WorkflowAlreadyStartedException)
            {
                return null;
            }
        }));
        Assert.Single(starts, runId => runId is not null);
        Assert.Equal(1, (await server.Client.CountWorkflowsAsync("WorkflowId = 'contested'")).Count);
    }

    private static StartWorkflowExecutionRequest Request(SdkServer server, string id) => new()
    {
        Namespace = "default",
        WorkflowId = id,
        WorkflowType = new() { Name = "Conversation" },
        TaskQueue = new() { Name = server.TaskQueue },
        RequestId = "one request",
    };

    private static Task<SdkServer> StartWithAttributesAsync() => SdkServer.StartAsync(options =>
    {
        options.SearchAttributes["Customer"] = IndexedValueType.Keyword;
        options.SearchAttributes["Amount"] = IndexedValueType.Int;
        options.SearchAttributes["Score"] = IndexedValueType.Double;
        options.SearchAttributes["Urgent"] = IndexedValueType.Bool;
        options.SearchAttributes["Received"] = IndexedValueType.Datetime;
        options.SearchAttributes["Topics"] = IndexedValueType.KeywordList;
        options.SearchAttributes["Subject"] = IndexedValueType.Text;
    });

    [Workflow]
    public class Introspective
    {
        public record Seen(
            string Id, string RunId, string Note, string Customer, TimeSpan ExecutionTimeout, TimeSpan RunTimeout, TimeSpan TaskTimeout, int MaximumAttempts, int Attempt);

        [WorkflowRun]
        public Task<Seen> RunAsync()
        {
            var info = Workflow.Info;
            return Task.FromResult(new Seen(
                info.WorkflowId,
                info.RunId,
                Workflow.PayloadConverter.ToValue<string>(Workflow.Memo["note"]),
                Workflow.TypedSearchAttributes.Get(Customer),
                info.ExecutionTimeout!.Value,
                info.RunTimeout!.Value,
                info.TaskTimeout,
                info.RetryPolicy!.MaximumAttempts,
                info.Attempt));
        }
    }
}
