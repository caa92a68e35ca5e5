using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

/// <summary>Activities, as workers and others speak for them without an SDK in between.</summary>
public sealed class ActivityTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private readonly string name = $"activities-{Guid.NewGuid()}";

    private RawClient Client => fixture.Client;

    [Fact]
    public async Task An_activity_is_completed_by_its_token()
    {
        await ScheduleAsync();
        var task = await PollAsync();
        await Client.CallAsync<RespondActivityTaskCompletedResponse>(
            new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = task.TaskToken, Result = Payloads("done"), Identity = "me" });

        var events = await HistoryAsync();

        Assert.Equal("a1", task.ActivityId);
        Assert.Equal(1, task.Attempt);
        Assert.NotNull(task.ScheduleToCloseTimeout);
        Assert.NotNull(task.HeartbeatTimeout);
        Assert.NotNull(task.RetryPolicy);
        Assert.Equal([EventType.ActivityTaskScheduled, EventType.ActivityTaskStarted, EventType.ActivityTaskCompleted, EventType.WorkflowTaskScheduled], events[4..].Select(one => one.EventType));
        Assert.Equal(Payloads("done"), events[6].ActivityTaskCompletedEventAttributes.Result);
    }

    [Fact]
    public async Task Heartbeat_details_reach_the_attempt_after_a_failed_one()
    {
        await ScheduleAsync();
        var first = await PollAsync();
        await Client.CallAsync<RecordActivityTaskHeartbeatResponse>(
            new RecordActivityTaskHeartbeatRequest { Namespace = "default", TaskToken = first.TaskToken, Details = Payloads("half") });
        await Client.CallAsync<RespondActivityTaskFailedResponse>(
            new RespondActivityTaskFailedRequest { Namespace = "default", TaskToken = first.TaskToken, Failure = new Failure { Message = "again", ApplicationFailureInfo = new() } });
        var second = await PollAsync();
        var late = await Client.RefusalAsync(new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = first.TaskToken });

        Assert.Equal(2, second.Attempt);
        Assert.Equal(Payloads("half"), second.HeartbeatDetails);
        Assert.Equal(StatusCode.NotFound, late.Code);
        Assert.Equal("invalid activityID or activity already timed out or invoking workflow is completed", late.Message);
    }

    [Fact]
    public async Task A_cancellation_is_learned_by_heartbeat_and_confirmed()
    {
        var scheduled = await ScheduleAsync();
        var task = await PollAsync();
        var uncalled = await Client.RefusalAsync(new RespondActivityTaskCanceledRequest { Namespace = "default", TaskToken = task.TaskToken });
        await Client.CallAsync<SignalWorkflowExecutionResponse>(
            new SignalWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution(), SignalName = "stop" });
        await CompleteWorkflowTaskAsync(new Command
        {
            CommandType = CommandType.RequestCancelActivityTask,
            RequestCancelActivityTaskCommandAttributes = new() { ScheduledEventId = scheduled },
        });
        var heartbeat = await Client.CallAsync<RecordActivityTaskHeartbeatResponse>(
            new RecordActivityTaskHeartbeatRequest { Namespace = "default", TaskToken = task.TaskToken });
        await Client.CallAsync<RespondActivityTaskCanceledResponse>(new RespondActivityTaskCanceledRequest { Namespace = "default", TaskToken = task.TaskToken });

        Assert.Equal(StatusCode.InvalidArgument, uncalled.Code);
        Assert.True(heartbeat.CancelRequested);
        Assert.Contains(await HistoryAsync(), one => one.EventType == EventType.ActivityTaskCanceled);
    }

    [Fact]
    public async Task Whoever_knows_its_id_can_speak_for_an_activity()
    {
        await ScheduleAsync();
        await PollAsync();
        await Client.CallAsync<RecordActivityTaskHeartbeatByIdResponse>(
            new RecordActivityTaskHeartbeatByIdRequest { Namespace = "default", WorkflowId = name, ActivityId = "a1", Details = Payloads("alive") });
        var uncalled = await Client.RefusalAsync(new RespondActivityTaskCanceledByIdRequest { Namespace = "default", WorkflowId = name, ActivityId = "a1" });
        await Client.CallAsync<RespondActivityTaskFailedByIdResponse>(new RespondActivityTaskFailedByIdRequest
        {
            Namespace = "default",
            WorkflowId = name,
            ActivityId = "a1",
            Failure = new Failure { Message = "again", ApplicationFailureInfo = new() },
        });
        var second = await PollAsync();
        await Client.CallAsync<RespondActivityTaskCompletedByIdResponse>(
            new RespondActivityTaskCompletedByIdRequest { Namespace = "default", WorkflowId = name, ActivityId = "a1", Result = Payloads("done") });
        var gone = await Client.RefusalAsync(new RespondActivityTaskCompletedByIdRequest { Namespace = "default", WorkflowId = name, ActivityId = "a1" });
        var nameless = await Client.RefusalAsync(new RespondActivityTaskCompletedByIdRequest { Namespace = "default", WorkflowId = name });

        Assert.Equal(StatusCode.InvalidArgument, uncalled.Code);
        Assert.Equal(Payloads("alive"), second.HeartbeatDetails);
        Assert.Contains(await HistoryAsync(), one => one.EventType == EventType.ActivityTaskCompleted);
        Assert.Equal(StatusCode.NotFound, gone.Code);
        Assert.Equal((StatusCode.InvalidArgument, "ActivityId is not set on request."), (nameless.Code, nameless.Message));
    }

    private static Payloads Payloads(string text) => new() { Payloads_ = { new Payload { Data = ByteString.CopyFromUtf8(text) } } };

    private WorkflowExecution Execution() => new() { WorkflowId = name };

    /// <summary>Starts a workflow whose first task schedules one activity; gives the id of the scheduled event.</summary>
    private async Task<long> ScheduleAsync()
    {
        await Client.CallAsync<StartWorkflowExecutionResponse>(new StartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = name,
            WorkflowType = new WorkflowType { Name = "Work" },
            TaskQueue = new TaskQueue { Name = name },
        });
        await CompleteWorkflowTaskAsync(new Command
        {
            CommandType = CommandType.ScheduleActivityTask,
            ScheduleActivityTaskCommandAttributes = new()
            {
                ActivityId = "a1",
                ActivityType = new ActivityType { Name = "Step" },
                TaskQueue = new TaskQueue { Name = name },
                StartToCloseTimeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)),
                RetryPolicy = new RetryPolicy { InitialInterval = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(10)) },
            },
        });
        return (await HistoryAsync()).Single(one => one.EventType == EventType.ActivityTaskScheduled).EventId;
    }

    private async Task CompleteWorkflowTaskAsync(params Command[] commands)
    {
        var task = await Client.CallAsync<PollWorkflowTaskQueueResponse>(new PollWorkflowTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = name } });
        await Client.CallAsync<RespondWorkflowTaskCompletedResponse>(
            new RespondWorkflowTaskCompletedRequest { Namespace = "default", TaskToken = task.TaskToken, Commands = { commands } });
    }

    private Task<PollActivityTaskQueueResponse> PollAsync() => Client.CallAsync<PollActivityTaskQueueResponse>(
        new PollActivityTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = name } });

    private async Task<List<HistoryEvent>> HistoryAsync() =>
        [.. (await Client.CallAsync<GetWorkflowExecutionHistoryResponse>(new GetWorkflowExecutionHistoryRequest { Namespace = "default", Execution = Execution() })).History.Events];
}
