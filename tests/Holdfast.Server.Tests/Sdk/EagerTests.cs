using Google.Protobuf.WellKnownTypes;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Tasks that a worker gets in an answer, without asking its task queue for them.</summary>
public class EagerTests
{
    [Fact]
    public async Task A_workflow_may_begin_in_the_process_that_starts_it()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.Work(_ => Task.FromResult("done")), async () =>
        {
            var options = server.Options();
            options.RequestEagerStart = true;
            var handle = await server.CallAsync(new(), options);
            Assert.Equal("done", await handle.GetResultAsync());
            Assert.True((await handle.TheEventAsync(EventType.WorkflowExecutionStarted)).WorkflowExecutionStartedEventAttributes.EagerExecutionAccepted);
            await handle.ShouldReplayAsync<CallActivity>();
        });
    }

    [Fact]
    public async Task The_answer_to_an_eager_start_holds_the_first_workflow_task()
    {
        await using var server = await SdkServer.StartAsync();
        using var client = new RawClient(server.Target);
        var started = await client.CallAsync<StartWorkflowExecutionResponse>(new StartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = "eager",
            WorkflowType = new() { Name = "Any" },
            TaskQueue = new() { Name = server.TaskQueue },
            RequestId = "once",
            RequestEagerExecution = true,
        });
        var task = started.EagerWorkflowTask;
        Assert.NotNull(task);
        Assert.Equal(3, task.StartedEventId);
        Assert.Equal(1, task.Attempt);
        Assert.Equal(
            [EventType.WorkflowExecutionStarted, EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted],
            task.History.Events.Select(one => one.EventType));

        await CompleteAsync(server, task, new Command
        {
            CommandType = CommandType.CompleteWorkflowExecution,
            CompleteWorkflowExecutionCommandAttributes = new(),
        });
        Assert.Equal(WorkflowExecutionStatus.Completed, (await server.Client.GetWorkflowHandle("eager").DescribeAsync()).Status);
    }

    [Fact]
    public async Task An_activity_that_its_worker_has_a_slot_for_comes_with_the_answer_and_runs_once_despite_a_crash()
    {
        await using var server = await SdkServer.StartAsync();
        var task = await PollAsync(server);
        var completed = await CompleteAsync(server, task, Activity(server, eager: true));
        var activity = Assert.Single(completed.ActivityTasks);
        Assert.Equal("the-one", activity.ActivityId);
        Assert.Equal(1, activity.Attempt);
        Assert.Equal("eager", activity.WorkflowExecution.WorkflowId);

        await server.CrashAndRestartAsync();
        var pending = Assert.Single((await server.Client.GetWorkflowHandle("eager").DescribeAllAsync()).PendingActivities);
        Assert.Equal(PendingActivityState.Started, pending.State);

        // A worker that has not heard the reply before the crash asks again, and gets the very same.
        Assert.Equal(completed, await CompleteAsync(server, task, Activity(server, eager: true)));
        await server.Client.WorkflowService.RespondActivityTaskCompletedAsync(new() { Namespace = "default", TaskToken = activity.TaskToken });
        var types = await server.Client.GetWorkflowHandle("eager").EventTypesAsync();
        Assert.Equal([EventType.ActivityTaskScheduled, EventType.ActivityTaskStarted, EventType.ActivityTaskCompleted, EventType.WorkflowTaskScheduled], types.Skip(4));
    }

    [Theory]
    [InlineData(false, "true")]
    [InlineData(true, "false")]
    public async Task An_activity_waits_in_its_queue_when_nobody_asked_for_it_or_the_setting_forbids_it(bool asked, string setting)
    {
        await using var server = await SdkServer.StartAsync(options => options.DynamicConfigValues["system.enableActivityEagerExecution"] = setting);
        Assert.Empty((await CompleteAsync(server, await PollAsync(server), Activity(server, asked))).ActivityTasks);
        var polled = await server.Client.WorkflowService.PollActivityTaskQueueAsync(new()
        {
            Namespace = "default",
            TaskQueue = new TaskQueue { Name = server.TaskQueue },
            Identity = "raw",
        });
        Assert.Equal("the-one", polled.ActivityId);
    }

    /// <summary>Starts a workflow and takes its first task.</summary>
    private static async Task<PollWorkflowTaskQueueResponse> PollAsync(SdkServer server)
    {
        await server.Client.StartWorkflowAsync("Any", [], server.Options("eager"));
        return await server.Client.WorkflowService.PollWorkflowTaskQueueAsync(new()
        {
            Namespace = "default",
            TaskQueue = new TaskQueue { Name = server.TaskQueue },
            Identity = "raw",
        });
    }

    private static Command Activity(SdkServer server, bool eager) => new()
    {
        CommandType = CommandType.ScheduleActivityTask,
        ScheduleActivityTaskCommandAttributes = new()
        {
            ActivityId = "the-one",
            ActivityType = new ActivityType { Name = "work" },
            TaskQueue = new TaskQueue { Name = server.TaskQueue },
            StartToCloseTimeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)),
            RequestEagerExecution = eager,
        },
    };

    private static Task<RespondWorkflowTaskCompletedResponse> CompleteAsync(SdkServer server, PollWorkflowTaskQueueResponse task, Command command) =>
        server.Client.WorkflowService.RespondWorkflowTaskCompletedAsync(new()
        {
            Namespace = "default",
            TaskToken = task.TaskToken,
            Identity = "raw",
            Commands = { command },
        });
}
