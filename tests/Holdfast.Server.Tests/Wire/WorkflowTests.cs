using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

/// <summary>What a client can do with workflows while no worker is there.</summary>
public sealed class WorkflowTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private readonly string workflowId = $"wf-{Guid.NewGuid()}";

    private RawClient Client => fixture.Client;

    [Fact]
    public async Task A_started_workflow_has_a_history_and_a_description()
    {
        var started = await StartAsync();
        var described = await DescribeAsync();
        var history = await Client.CallAsync<GetWorkflowExecutionHistoryResponse>(History());

        Assert.True(started.Started);
        Assert.Equal(started.RunId, started.FirstExecutionRunId);
        Assert.Equal(1, started.Link.WorkflowEvent.EventRef.EventId);
        Assert.Equal(started.RunId, described.WorkflowExecutionInfo.Execution.RunId);
        Assert.Equal(WorkflowExecutionStatus.Running, described.WorkflowExecutionInfo.Status);
        Assert.Equal("queue", described.WorkflowExecutionInfo.TaskQueue);
        Assert.Equal(2, described.WorkflowExecutionInfo.HistoryLength);
        Assert.Equal(PendingWorkflowTaskState.Scheduled, described.PendingWorkflowTask.State);
        Assert.Equal([EventType.WorkflowExecutionStarted, EventType.WorkflowTaskScheduled], history.History.Events.Select(one => one.EventType));
        Assert.True(history.NextPageToken.IsEmpty);
    }

    [Fact]
    public async Task The_same_request_again_is_the_same_start_and_another_one_is_refused()
    {
        var first = await StartAsync(requestId: "first");
        var again = await StartAsync(requestId: "first");
        var refusal = await Client.RefusalAsync(Start(requestId: "second"));

        Assert.Equal(first.RunId, again.RunId);
        Assert.Equal(StatusCode.AlreadyExists, refusal.Code);
        var detail = refusal.DetailAs<WorkflowExecutionAlreadyStartedFailure>();
        Assert.Equal(first.RunId, detail.RunId);
        Assert.Equal("first", detail.StartRequestId);
    }

    public static TheoryData<string, Action<StartWorkflowExecutionRequest>> BadStarts => new()
    {
        { "WorkflowId is not set on request.", request => request.WorkflowId = "" },
        { "WorkflowId length exceeds limit.", request => request.WorkflowId = new string('é', 501) },
        { "WorkflowType is not set on request.", request => request.WorkflowType = null },
        { "TaskQueue is not set on request.", request => request.TaskQueue = null },
        { "Task queue name cannot start with reserved prefix /_sys/.", request => request.TaskQueue.Name = "/_sys/mine" },
        { "RequestId length exceeds limit.", request => request.RequestId = new string('r', 1001) },
        { "Invalid WorkflowRunTimeout: a duration must be between zero and a hundred years.", request => request.WorkflowRunTimeout = new Duration { Seconds = -1 } },
        { "Invalid WorkflowExecutionTimeout: a duration must be between zero and a hundred years.", request => request.WorkflowExecutionTimeout = new Duration { Seconds = long.MaxValue } },
        { "CronSchedule and WorkflowStartDelay may not be used together.", request => { request.CronSchedule = "* * * * *"; request.WorkflowStartDelay = new Duration { Seconds = 1 }; } },
        { "Invalid CronSchedule", request => request.CronSchedule = "now and then" },
        { "BackoffCoefficient", request => request.RetryPolicy = new RetryPolicy { BackoffCoefficient = 0.5 } },
        { "Invalid RetryPolicy.InitialInterval", request => request.RetryPolicy = new RetryPolicy { InitialInterval = new Duration { Seconds = 1L << 40 } } },
        { "Memo size exceeds limit", request => request.Memo = new Memo { Fields = { ["big"] = Bytes(2 * 1024 * 1024) } } },
        { "Blob data size exceeds limit. Input", request => request.Input = new Payloads { Payloads_ = { Bytes((2 * 1024 * 1024) + 1) } } },
        { "has no mapping defined for search attribute Unheard", request => request.SearchAttributes = new SearchAttributes { IndexedFields = { ["Unheard"] = Bytes(1) } } },
    };

    [Theory]
    [MemberData(nameof(BadStarts))]
    public async Task A_start_that_makes_no_sense_is_refused_with_the_name_of_the_field(string message, Action<StartWorkflowExecutionRequest> spoil)
    {
        var request = Start();
        spoil(request);

        var refusal = await Client.RefusalAsync(request);

        Assert.Equal(StatusCode.InvalidArgument, refusal.Code);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_start_asks_for_in_vain_is_refused_rather_than_forgotten()
    {
        var called = Start();
        called.CompletionCallbacks.Add(new Callback { Nexus = new Callback.Types.Nexus { Url = "http://127.0.0.1/done" } });
        var pinned = Start();
        pinned.VersioningOverride = new Temporalio.Api.Workflow.V1.VersioningOverride { AutoUpgrade = true };

        var refusals = new[] { await Client.RefusalAsync(called), await Client.RefusalAsync(pinned) };

        Assert.All(refusals, refusal => Assert.Equal(StatusCode.Unimplemented, refusal.Code));
        Assert.Contains("CompletionCallbacks", refusals[0].Message, StringComparison.Ordinal);
        Assert.Contains("VersioningOverride", refusals[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deprecated_namespace_takes_no_new_workflows()
    {
        await Client.CallAsync<RegisterNamespaceResponse>(
            new RegisterNamespaceRequest { Namespace = "closing-down", WorkflowExecutionRetentionPeriod = Duration.FromTimeSpan(TimeSpan.FromDays(1)) });
        await Client.CallAsync<DeprecateNamespaceResponse>(new DeprecateNamespaceRequest { Namespace = "closing-down" });
        var request = Start();
        request.Namespace = "closing-down";

        var refusal = await Client.RefusalAsync(request);

        Assert.Equal(StatusCode.FailedPrecondition, refusal.Code);
        Assert.Equal(NamespaceState.Deprecated, refusal.DetailAs<NamespaceInvalidStateFailure>().State);
    }

    [Fact]
    public async Task Signals_and_a_cancel_request_are_in_the_history_in_order_and_once_each()
    {
        await StartAsync();
        await SignalAsync("one");
        await SignalAsync("one");
        await SignalAsync("two");
        await Client.CallAsync<RequestCancelWorkflowExecutionResponse>(new RequestCancelWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution() });

        var history = await Client.CallAsync<GetWorkflowExecutionHistoryResponse>(History());

        Assert.Equal(
            [
                EventType.WorkflowExecutionStarted,
                EventType.WorkflowTaskScheduled,
                EventType.WorkflowExecutionSignaled,
                EventType.WorkflowExecutionSignaled,
                EventType.WorkflowExecutionCancelRequested,
            ],
            history.History.Events.Select(one => one.EventType));
        Assert.Equal(["one", "two"], history.History.Events.Where(one => one.WorkflowExecutionSignaledEventAttributes is not null)
            .Select(one => one.WorkflowExecutionSignaledEventAttributes.SignalName));
    }

    [Fact]
    public async Task Signal_with_start_starts_once_and_then_signals()
    {
        var first = await SignalWithStartAsync("r1");
        var second = await SignalWithStartAsync("r2");

        var history = await Client.CallAsync<GetWorkflowExecutionHistoryResponse>(History());

        Assert.True(first.Started);
        Assert.False(second.Started);
        Assert.Equal(first.RunId, second.RunId);
        Assert.Equal(2, history.History.Events.Count(one => one.EventType == EventType.WorkflowExecutionSignaled));
    }

    [Fact]
    public async Task A_terminated_workflow_is_closed_for_good()
    {
        await StartAsync();
        await TerminateAsync();

        var described = await DescribeAsync();
        var again = await Client.RefusalAsync(new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution() });
        var signal = await Client.RefusalAsync(new SignalWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution(), SignalName = "late" });

        Assert.Equal(WorkflowExecutionStatus.Terminated, described.WorkflowExecutionInfo.Status);
        Assert.NotNull(described.WorkflowExecutionInfo.CloseTime);
        Assert.All(new[] { again, signal }, refusal =>
        {
            Assert.Equal((StatusCode.NotFound, "workflow execution already completed"), (refusal.Code, refusal.Message));
            refusal.DetailAs<NotFoundFailure>();
        });
    }

    [Fact]
    public async Task Nothing_is_found_of_a_workflow_that_never_was()
    {
        IMessage[] requests =
        [
            new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = Execution() },
            History(),
            new GetWorkflowExecutionHistoryReverseRequest { Namespace = "default", Execution = Execution() },
            new SignalWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution(), SignalName = "hello" },
            new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution() },
            new RequestCancelWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution() },
            new ResetStickyTaskQueueRequest { Namespace = "default", Execution = Execution() },
            new RespondActivityTaskCompletedByIdRequest { Namespace = "default", WorkflowId = workflowId, ActivityId = "a" },
        ];

        foreach (var request in requests)
        {
            var refusal = await Client.RefusalAsync(request);
            Assert.Equal(StatusCode.NotFound, refusal.Code);
            Assert.Contains(workflowId, refusal.Message, StringComparison.Ordinal);
            refusal.DetailAs<NotFoundFailure>();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_history_comes_in_pages_forwards_and_backwards(int pageSize)
    {
        await StartAsync();
        for (var i = 0; i < 5; i++)
            await SignalAsync($"signal-{i}");

        var forwards = new List<long>();
        var request = History();
        request.MaximumPageSize = pageSize;
        do
        {
            var page = await Client.CallAsync<GetWorkflowExecutionHistoryResponse>(request);
            Assert.InRange(page.History.Events.Count, 1, pageSize);
            forwards.AddRange(page.History.Events.Select(one => one.EventId));
            request.NextPageToken = page.NextPageToken;
        }
        while (!request.NextPageToken.IsEmpty);

        var backwards = new List<long>();
        var reverse = new GetWorkflowExecutionHistoryReverseRequest { Namespace = "default", Execution = Execution(), MaximumPageSize = pageSize };
        do
        {
            var page = await Client.CallAsync<GetWorkflowExecutionHistoryReverseResponse>(reverse);
            Assert.InRange(page.History.Events.Count, 1, pageSize);
            backwards.AddRange(page.History.Events.Select(one => one.EventId));
            reverse.NextPageToken = page.NextPageToken;
        }
        while (!reverse.NextPageToken.IsEmpty);

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], forwards);
        Assert.Equal([7, 6, 5, 4, 3, 2, 1], backwards);
    }

    [Fact]
    public async Task Who_waits_for_news_gets_the_next_event_when_it_happens()
    {
        await StartAsync();
        var request = History();
        request.WaitNewEvent = true;
        var first = await Client.CallAsync<GetWorkflowExecutionHistoryResponse>(request);
        Assert.Equal(2, first.History.Events.Count);
        Assert.False(first.NextPageToken.IsEmpty);

        request.NextPageToken = first.NextPageToken;
        var waiting = Client.CallAsync<GetWorkflowExecutionHistoryResponse>(request);
        await SignalAsync("news");
        var next = await waiting;

        Assert.Equal("news", Assert.Single(next.History.Events).WorkflowExecutionSignaledEventAttributes.SignalName);
    }

    [Fact]
    public async Task Who_waits_for_the_close_event_gets_it_alone()
    {
        await StartAsync();
        var request = History();
        request.WaitNewEvent = true;
        request.HistoryEventFilterType = HistoryEventFilterType.CloseEvent;

        var waiting = Client.CallAsync<GetWorkflowExecutionHistoryResponse>(request);
        await SignalAsync("not this");
        await TerminateAsync();
        var closed = await waiting;

        Assert.Equal(EventType.WorkflowExecutionTerminated, Assert.Single(closed.History.Events).EventType);
        Assert.True(closed.NextPageToken.IsEmpty);
    }

    [Fact]
    public async Task A_wait_in_vain_ends_with_no_events_and_a_token_to_go_on_with()
    {
        await using var server = await HoldfastServer.StartAsync(options => options.DynamicConfigValues["history.longPollExpirationInterval"] = "200ms");
        using var client = new RawClient(server);
        await client.CallAsync<StartWorkflowExecutionResponse>(Start());
        var request = History();
        request.WaitNewEvent = true;
        request.HistoryEventFilterType = HistoryEventFilterType.CloseEvent;

        var nothing = await client.CallAsync<GetWorkflowExecutionHistoryResponse>(request);
        request.NextPageToken = nothing.NextPageToken;
        var stillNothing = await client.CallAsync<GetWorkflowExecutionHistoryResponse>(request);

        Assert.All(new[] { nothing, stillNothing }, page =>
        {
            Assert.Empty(page.History.Events);
            Assert.False(page.NextPageToken.IsEmpty);
        });
    }

    [Fact]
    public async Task A_page_token_of_another_run_or_of_nobody_is_refused()
    {
        await StartAsync();
        var request = History();
        request.MaximumPageSize = 1;
        request.NextPageToken = (await Client.CallAsync<GetWorkflowExecutionHistoryResponse>(request)).NextPageToken;
        request.Execution.RunId = Guid.NewGuid().ToString();

        var otherRun = await Client.RefusalAsync(request);
        request.NextPageToken = ByteString.CopyFromUtf8("nonsense");
        var nonsense = await Client.RefusalAsync(request);
        request.Execution.RunId = "no uuid";
        var noRun = await Client.RefusalAsync(request);

        Assert.Equal(StatusCode.InvalidArgument, otherRun.Code);
        Assert.Equal((StatusCode.InvalidArgument, "Invalid NextPageToken."), (nonsense.Code, nonsense.Message));
        Assert.Equal((StatusCode.InvalidArgument, "Invalid RunId."), (noRun.Code, noRun.Message));
    }

    [Fact]
    public async Task Lists_and_counts_find_workflows_by_query()
    {
        var type = $"type-{Guid.NewGuid():N}";
        foreach (var id in new[] { "list-1", "list-2", "list-3" })
        {
            var request = Start();
            request.WorkflowId = $"{id}-{type}";
            request.WorkflowType = new WorkflowType { Name = type };
            await Client.CallAsync<StartWorkflowExecutionResponse>(request);
        }

        await Client.CallAsync<TerminateWorkflowExecutionResponse>(
            new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = new WorkflowExecution { WorkflowId = $"list-2-{type}" } });

        var query = $"WorkflowType = '{type}'";
        var first = await Client.CallAsync<ListWorkflowExecutionsResponse>(new ListWorkflowExecutionsRequest { Namespace = "default", Query = query, PageSize = 2 });
        var second = await Client.CallAsync<ListWorkflowExecutionsResponse>(
            new ListWorkflowExecutionsRequest { Namespace = "default", Query = query, PageSize = 2, NextPageToken = first.NextPageToken });
        var open = await Client.CallAsync<ScanWorkflowExecutionsResponse>(
            new ScanWorkflowExecutionsRequest { Namespace = "default", Query = $"{query} AND ExecutionStatus = 'Running'" });
        var count = await Client.CallAsync<CountWorkflowExecutionsResponse>(
            new CountWorkflowExecutionsRequest { Namespace = "default", Query = $"{query} GROUP BY ExecutionStatus" });

        Assert.Equal([$"list-3-{type}", $"list-1-{type}", $"list-2-{type}"], first.Executions.Concat(second.Executions).Select(one => one.Execution.WorkflowId));
        Assert.True(second.NextPageToken.IsEmpty);
        Assert.Equal(2, open.Executions.Count);
        Assert.Equal(3, count.Count);
        Assert.Equal(
            [("\"Running\"", 2L), ("\"Terminated\"", 1L)],
            count.Groups.Select(group => (group.GroupValues.Single().Data.ToStringUtf8(), group.Count)).Order());
    }

    [Fact]
    public async Task A_query_that_cannot_be_understood_is_refused()
    {
        var refusal = await Client.RefusalAsync(new ListWorkflowExecutionsRequest { Namespace = "default", Query = "Nonsense = = 1" });

        Assert.Equal(StatusCode.InvalidArgument, refusal.Code);
        Assert.StartsWith("invalid query", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_token_must_be_of_the_namespace_and_of_this_server()
    {
        var foreign = await Client.RefusalAsync(
            new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = ByteString.CopyFromUtf8("whatever") });
        var elsewhere = await Client.RefusalAsync(new RespondActivityTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = ByteString.CopyFrom(Engine.TaskToken.Encode(new Engine.TaskToken("another-id", "w", "r", 1, 2, 1))),
        });
        var none = await Client.RefusalAsync(new RespondActivityTaskCompletedRequest { Namespace = "default" });

        Assert.Equal((StatusCode.InvalidArgument, "Invalid TaskToken."), (foreign.Code, foreign.Message));
        Assert.Equal((StatusCode.InvalidArgument, "Operation requested with a token from a different namespace."), (elsewhere.Code, elsewhere.Message));
        Assert.Equal((StatusCode.InvalidArgument, "Task token not set on request."), (none.Code, none.Message));
    }

    private static Payload Bytes(int size) => new() { Data = ByteString.CopyFrom(new byte[size]) };

    private WorkflowExecution Execution() => new() { WorkflowId = workflowId };

    private GetWorkflowExecutionHistoryRequest History() => new() { Namespace = "default", Execution = Execution() };

    private StartWorkflowExecutionRequest Start(string requestId = "") => new()
    {
        Namespace = "default",
        WorkflowId = workflowId,
        WorkflowType = new WorkflowType { Name = "Greet" },
        TaskQueue = new TaskQueue { Name = "queue" },
        RequestId = requestId,
    };

    private Task<StartWorkflowExecutionResponse> StartAsync(string requestId = "") => Client.CallAsync<StartWorkflowExecutionResponse>(Start(requestId));

    private Task SignalAsync(string name) => Client.CallAsync<SignalWorkflowExecutionResponse>(
        new SignalWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution(), SignalName = name, RequestId = name });

    private Task<SignalWithStartWorkflowExecutionResponse> SignalWithStartAsync(string requestId) =>
        Client.CallAsync<SignalWithStartWorkflowExecutionResponse>(new SignalWithStartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = workflowId,
            WorkflowType = new WorkflowType { Name = "Greet" },
            TaskQueue = new TaskQueue { Name = "queue" },
            SignalName = "hello",
            RequestId = requestId,
        });

    private Task TerminateAsync() => Client.CallAsync<TerminateWorkflowExecutionResponse>(
        new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution() });

    private Task<DescribeWorkflowExecutionResponse> DescribeAsync() =>
        Client.CallAsync<DescribeWorkflowExecutionResponse>(new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = Execution() });
}
