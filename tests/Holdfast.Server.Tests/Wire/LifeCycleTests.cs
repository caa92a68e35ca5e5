using Google.Protobuf.WellKnownTypes;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

/// <summary>What starting, stopping and crashing means for those who talk to the server.</summary>
public sealed class LifeCycleTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_acknowledged_is_there_after_a_restart(bool crash)
    {
        await using var server = await StartAsync();
        using var client = new RawClient(server);
        await client.CallAsync<RegisterNamespaceResponse>(
            new RegisterNamespaceRequest { Namespace = "kept", WorkflowExecutionRetentionPeriod = Duration.FromTimeSpan(TimeSpan.FromDays(7)) });
        await client.CallAsync<AddSearchAttributesResponse>(
            new AddSearchAttributesRequest { Namespace = "kept", SearchAttributes = { ["Customer"] = IndexedValueType.Keyword } });
        var before = await client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "kept" });
        var started = await client.CallAsync<StartWorkflowExecutionResponse>(Start());

        await (crash ? server.CrashAsync() : server.StopAsync());
        await server.StartAsync();
        using var again = new RawClient(server);
        var after = await again.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "kept" });
        var described = await again.CallAsync<DescribeWorkflowExecutionResponse>(new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = Execution() });
        var task = await again.CallAsync<PollWorkflowTaskQueueResponse>(new PollWorkflowTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = "queue" } });

        Assert.Equal(before, after);
        Assert.Equal(started.RunId, described.WorkflowExecutionInfo.Execution.RunId);
        Assert.Equal(started.RunId, task.WorkflowExecution.RunId);
    }

    [Fact]
    public async Task Open_polls_are_answered_when_the_server_stops()
    {
        await using var server = await StartAsync();
        using var client = new RawClient(server);
        await client.CallAsync<StartWorkflowExecutionResponse>(Start());
        var taskPoll = client.CallAsync<PollActivityTaskQueueResponse>(
            new PollActivityTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = "idle" }, Identity = "waiting" });
        var historyPoll = client.CallAsync<GetWorkflowExecutionHistoryResponse>(CloseEvent());
        while (!(await DescribeAsync(client)).Pollers.Any(poller => poller.Identity == "waiting"))
            Assert.False(taskPoll.IsCompleted);

        await server.StopAsync();

        Assert.True((await taskPoll).TaskToken.IsEmpty);
        Assert.Empty((await historyPoll).History.Events);
    }

    [Fact]
    public async Task Hundreds_of_waiting_calls_share_one_connection()
    {
        await using var server = await StartAsync();
        using var client = new RawClient(server);
        await client.CallAsync<StartWorkflowExecutionResponse>(Start());

        var waiting = Enumerable.Range(0, 500).Select(_ => client.CallAsync<GetWorkflowExecutionHistoryResponse>(CloseEvent())).ToArray();
        await client.CallAsync<TerminateWorkflowExecutionResponse>(new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution() });
        var closed = await Task.WhenAll(waiting);

        Assert.All(closed, page => Assert.Equal(EventType.WorkflowExecutionTerminated, Assert.Single(page.History.Events).EventType));
    }

    [Fact]
    public async Task A_second_server_on_the_same_file_is_refused()
    {
        await using var first = await StartAsync();

        var refused = await Assert.ThrowsAsync<Storage.StoreUnusableException>(StartAsync);

        Assert.Contains("holdfast.db", refused.Message, StringComparison.Ordinal);
    }

    private static WorkflowExecution Execution() => new() { WorkflowId = "kept" };

    private static StartWorkflowExecutionRequest Start() => new()
    {
        Namespace = "default",
        WorkflowId = "kept",
        WorkflowType = new WorkflowType { Name = "Greet" },
        TaskQueue = new TaskQueue { Name = "queue" },
    };

    private static GetWorkflowExecutionHistoryRequest CloseEvent() => new()
    {
        Namespace = "default",
        Execution = Execution(),
        WaitNewEvent = true,
        HistoryEventFilterType = HistoryEventFilterType.CloseEvent,
    };

    private static Task<DescribeTaskQueueResponse> DescribeAsync(RawClient client) => client.CallAsync<DescribeTaskQueueResponse>(
        new DescribeTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = "idle" }, TaskQueueType = TaskQueueType.Activity });

    private Task<HoldfastServer> StartAsync() => HoldfastServer.StartAsync(options => options.DataFile = Path.Combine(folder.FullName, "holdfast.db"));
}
