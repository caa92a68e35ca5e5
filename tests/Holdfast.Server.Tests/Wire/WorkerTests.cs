using Google.Protobuf;
using Grpc.Core;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Worker.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

/// <summary>What workers ask for, without an SDK in between.</summary>
public sealed class WorkerTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private readonly string queue = $"queue-{Guid.NewGuid()}";

    private RawClient Client => fixture.Client;

    [Fact]
    public async Task A_poll_ends_empty_when_the_worker_says_that_it_shuts_down()
    {
        var workflowPoll = Client.CallAsync<PollWorkflowTaskQueueResponse>(Poll("worker-1"));
        var activityPoll = Client.CallAsync<PollActivityTaskQueueResponse>(
            new PollActivityTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = queue }, WorkerInstanceKey = "worker-1" });
        await Client.CallAsync<ShutdownWorkerResponse>(new ShutdownWorkerRequest { Namespace = "default", WorkerInstanceKey = "worker-1" });

        Assert.True((await workflowPoll).TaskToken.IsEmpty);
        Assert.True((await activityPoll).TaskToken.IsEmpty);
    }

    [Fact]
    public async Task A_polled_task_carries_its_history_and_can_be_failed_and_completed()
    {
        await StartAsync();

        var first = await Client.CallAsync<PollWorkflowTaskQueueResponse>(Poll());
        await Client.CallAsync<RespondWorkflowTaskFailedResponse>(
            new RespondWorkflowTaskFailedRequest { Namespace = "default", TaskToken = first.TaskToken, Cause = WorkflowTaskFailedCause.NonDeterministicError });
        var second = await Client.CallAsync<PollWorkflowTaskQueueResponse>(Poll());
        await Client.CallAsync<RespondWorkflowTaskCompletedResponse>(new RespondWorkflowTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = second.TaskToken,
            Commands = { new Temporalio.Api.Command.V1.Command { CommandType = CommandType.CompleteWorkflowExecution, CompleteWorkflowExecutionCommandAttributes = new() } },
        });
        var history = await Client.CallAsync<GetWorkflowExecutionHistoryResponse>(
            new GetWorkflowExecutionHistoryRequest { Namespace = "default", Execution = new WorkflowExecution { WorkflowId = queue } });

        Assert.Equal([1L, 2, 3], first.History.Events.Select(one => one.EventId));
        Assert.Equal(2, second.Attempt);
        Assert.Equal([1L, 2, 3, 4, 5, 6], second.History.Events.Select(one => one.EventId));
        Assert.Equal(EventType.WorkflowExecutionCompleted, history.History.Events[^1].EventType);
    }

    [Fact]
    public async Task A_history_that_is_too_long_for_one_reply_comes_in_pages_up_to_the_task()
    {
        await StartAsync();
        var first = await Client.CallAsync<PollWorkflowTaskQueueResponse>(Poll());
        await Client.CallAsync<RespondWorkflowTaskFailedResponse>(new RespondWorkflowTaskFailedRequest { Namespace = "default", TaskToken = first.TaskToken });
        for (var i = 0; i < 4; i++)
        {
            await Client.CallAsync<SignalWorkflowExecutionResponse>(new SignalWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = queue },
                SignalName = "large",
                Input = new Payloads { Payloads_ = { new Payload { Data = ByteString.CopyFrom(new byte[1024 * 1024]) } } },
            });
        }

        var task = await Client.CallAsync<PollWorkflowTaskQueueResponse>(Poll());
        var events = task.History.Events.ToList();
        var token = task.NextPageToken;
        Assert.False(token.IsEmpty);
        while (!token.IsEmpty)
        {
            var page = await Client.CallAsync<GetWorkflowExecutionHistoryResponse>(
                new GetWorkflowExecutionHistoryRequest { Namespace = "default", Execution = task.WorkflowExecution, NextPageToken = token });
            events.AddRange(page.History.Events);
            token = page.NextPageToken;
        }

        Assert.Equal(task.StartedEventId, events[^1].EventId);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(id => (long)id), events.Select(one => one.EventId));
    }

    [Fact]
    public async Task After_a_reset_the_next_task_goes_to_the_normal_queue_with_the_whole_history()
    {
        // A task on the sticky queue's name makes its worker known as one that polls.
        var sticky = $"sticky-{queue}";
        await StartAsync("-other", sticky);
        var poll = Poll();
        poll.TaskQueue.Name = sticky;
        await Client.CallAsync<PollWorkflowTaskQueueResponse>(poll);

        await StartAsync();
        var first = await Client.CallAsync<PollWorkflowTaskQueueResponse>(Poll());
        await Client.CallAsync<RespondWorkflowTaskCompletedResponse>(new RespondWorkflowTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = first.TaskToken,
            StickyAttributes = new StickyExecutionAttributes { WorkerTaskQueue = new TaskQueue { Name = sticky, Kind = TaskQueueKind.Sticky, NormalName = queue } },
        });
        await Client.CallAsync<ResetStickyTaskQueueResponse>(new ResetStickyTaskQueueRequest { Namespace = "default", Execution = first.WorkflowExecution });
        await Client.CallAsync<SignalWorkflowExecutionResponse>(
            new SignalWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = first.WorkflowExecution, SignalName = "go on" });

        var second = await Client.CallAsync<PollWorkflowTaskQueueResponse>(Poll());

        Assert.Equal(1, second.History.Events[0].EventId);
    }

    [Fact]
    public async Task A_stale_task_token_is_not_found()
    {
        await StartAsync();
        var task = await Client.CallAsync<PollWorkflowTaskQueueResponse>(Poll());
        var answer = new RespondWorkflowTaskFailedRequest { Namespace = "default", TaskToken = task.TaskToken };
        await Client.CallAsync<RespondWorkflowTaskFailedResponse>(answer);

        var refusal = await Client.RefusalAsync(answer);

        Assert.Equal((StatusCode.NotFound, "Workflow task not found."), (refusal.Code, refusal.Message));
    }

    [Fact]
    public async Task A_described_queue_shows_its_pollers_and_its_backlog()
    {
        await StartAsync();
        await Client.CallAsync<PollWorkflowTaskQueueResponse>(Poll(identity: "me@here"));
        await StartAsync("-another");

        var described = await Client.CallAsync<DescribeTaskQueueResponse>(
            new DescribeTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = queue }, ReportStats = true });
        var partitions = await Client.CallAsync<ListTaskQueuePartitionsResponse>(
            new ListTaskQueuePartitionsRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = queue } });

        Assert.Equal(["me@here"], described.Pollers.Select(poller => poller.Identity));
        Assert.Equal(1, described.Stats.ApproximateBacklogCount);
        Assert.Single(partitions.WorkflowTaskQueuePartitions);
    }

    [Fact]
    public async Task A_poll_without_a_deadline_is_refused()
    {
        var method = new Method<byte[], byte[]>(
            MethodType.Unary,
            "temporal.api.workflowservice.v1.WorkflowService",
            "PollWorkflowTaskQueue",
            Marshallers.Create(bytes => bytes, bytes => bytes),
            Marshallers.Create(bytes => bytes, bytes => bytes));

        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await Client.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, Poll().ToByteArray()));

        Assert.Equal((StatusCode.InvalidArgument, "Context timeout is not set."), (refused.StatusCode, refused.Status.Detail));
    }

    [Fact]
    public async Task Workers_are_listed_by_what_they_last_said()
    {
        foreach (var key in new[] { "w-2", "w-1", "w-3" })
        {
            await Client.CallAsync<RecordWorkerHeartbeatResponse>(new RecordWorkerHeartbeatRequest
            {
                Namespace = "default",
                WorkerHeartbeat = { new WorkerHeartbeat { WorkerInstanceKey = key, TaskQueue = queue, Status = WorkerStatus.Running } },
            });
        }

        await Client.CallAsync<ShutdownWorkerResponse>(new ShutdownWorkerRequest
        {
            Namespace = "default",
            WorkerInstanceKey = "w-1",
            WorkerHeartbeat = new WorkerHeartbeat { WorkerInstanceKey = "w-1", TaskQueue = queue, Status = WorkerStatus.ShuttingDown },
        });

        var first = await Client.CallAsync<ListWorkersResponse>(new ListWorkersRequest { Namespace = "default", PageSize = 2 });
        var second = await Client.CallAsync<ListWorkersResponse>(new ListWorkersRequest { Namespace = "default", PageSize = 2, NextPageToken = first.NextPageToken });
        var count = await Client.CallAsync<CountWorkersResponse>(new CountWorkersRequest { Namespace = "default" });
        var described = await Client.CallAsync<DescribeWorkerResponse>(new DescribeWorkerRequest { Namespace = "default", WorkerInstanceKey = "w-1" });
        var unknown = await Client.RefusalAsync(new DescribeWorkerRequest { Namespace = "default", WorkerInstanceKey = "w-9" });

        Assert.Equal(["w-1", "w-2", "w-3"], first.Workers.Concat(second.Workers).Select(worker => worker.WorkerInstanceKey));
        Assert.Equal(3, count.Count);
        Assert.Equal(WorkerStatus.ShuttingDown, described.WorkerInfo.WorkerHeartbeat.Status);
        Assert.Equal(StatusCode.NotFound, unknown.Code);
    }

    private PollWorkflowTaskQueueRequest Poll(string worker = "", string identity = "") => new()
    {
        Namespace = "default",
        TaskQueue = new TaskQueue { Name = queue },
        WorkerInstanceKey = worker,
        Identity = identity,
    };

    private Task<StartWorkflowExecutionResponse> StartAsync(string suffix = "", string? taskQueue = null) => Client.CallAsync<StartWorkflowExecutionResponse>(new StartWorkflowExecutionRequest
    {
        Namespace = "default",
        WorkflowId = queue + suffix,
        WorkflowType = new WorkflowType { Name = "Greet" },
        TaskQueue = new TaskQueue { Name = taskQueue ?? queue },
    });
}
