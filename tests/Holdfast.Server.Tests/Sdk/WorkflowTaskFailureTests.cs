using System.Collections.Concurrent;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Client;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Workflow tasks that fail or get no answer are handed out again until a worker gets through.</summary>
public class WorkflowTaskFailureTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_workflow_that_trips_over_its_own_bug_goes_on_once_the_bug_is_gone(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Stumbling>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Stumbling wf) => wf.RunAsync(2), ShortTasks(server));
            await handle.WaitForAsync(EventType.WorkflowTaskFailed);
            if (crash)
                await server.CrashAndRestartAsync();
            Assert.Equal("through", await handle.GetResultAsync());

            // The tries after the first leave no trace but the count of the one that got through.
            var failed = (await handle.TheEventAsync(EventType.WorkflowTaskFailed)).WorkflowTaskFailedEventAttributes;
            Assert.Equal(WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure, failed.Cause);
            Assert.Equal("stumbled 1", failed.Failure.Message);
            var scheduled = await handle.EventsAsync(EventType.WorkflowTaskScheduled);
            Assert.Equal(2, scheduled.Count);

            // A crash may take the start of the second try with it, and then the third is the second.
            Assert.InRange(scheduled[1].WorkflowTaskScheduledEventAttributes.Attempt, crash ? 2 : 3, 4);
            await handle.ShouldReplayAsync<Stumbling>();
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_task_that_its_worker_never_answers_is_given_to_another(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Stumbling wf) => wf.RunAsync(0), ShortTasks(server));
        await server.Client.WorkflowService.PollWorkflowTaskQueueAsync(new()
        {
            Namespace = "default",
            TaskQueue = new TaskQueue { Name = server.TaskQueue },
            Identity = "killed",
        });
        if (crash)
            await server.CrashAndRestartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Stumbling>(), async () =>
        {
            Assert.Equal("through", await handle.GetResultAsync());
            if (!crash)
                Assert.Equal(TimeoutType.StartToClose, (await handle.TheEventAsync(EventType.WorkflowTaskTimedOut)).WorkflowTaskTimedOutEventAttributes.TimeoutType);
            await handle.ShouldReplayAsync<Stumbling>();
        });
    }

    [Fact]
    public async Task Code_that_does_not_fit_the_history_is_told_so_and_the_right_code_goes_on()
    {
        await using var server = await SdkServer.StartAsync();
        WorkflowHandle handle = null!;
        await server.WithWorkerAsync(options => options.AddWorkflow<WithTimer>(), async () =>
        {
            handle = await server.Client.StartWorkflowAsync("Changing", [], ShortTasks(server));
            await handle.WaitForAsync(EventType.WorkflowTaskCompleted);
        });
        await handle.SignalAsync("Go", []);
        await server.WithWorkerAsync(options => options.AddWorkflow<WithActivity>(), async () =>
        {
            var failed = (await handle.WaitForAsync(EventType.WorkflowTaskFailed)).WorkflowTaskFailedEventAttributes;
            Assert.Equal(WorkflowTaskFailedCause.NonDeterministicError, failed.Cause);
            Assert.Contains("TMPRL1100", failed.Failure.Message, StringComparison.Ordinal);
        });
        await server.WithWorkerAsync(options => options.AddWorkflow<WithTimer>(), async () =>
        {
            Assert.Equal("timer", await handle.GetResultAsync<string>());
            await handle.ShouldReplayAsync<WithTimer>();
        });
    }

    [Fact]
    public async Task The_description_shows_the_attempt_of_the_task_that_is_stuck()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Stumbling>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Stumbling wf) => wf.RunAsync(int.MaxValue), ShortTasks(server));
            var seen = await handle.WaitUntilAsync(seen => seen.PendingWorkflowTask is { Attempt: >= 2 });
            Assert.Equal(WorkflowExecutionStatus.Running, seen.WorkflowExecutionInfo.Status);
            await handle.TerminateAsync();
            Assert.Equal(WorkflowExecutionStatus.Terminated, (await handle.DescribeAsync()).Status);
        });
    }

    private static WorkflowOptions ShortTasks(SdkServer server)
    {
        var options = server.Options();
        options.TaskTimeout = TimeSpan.FromSeconds(1);
        return options;
    }

    [Workflow]
    public class Stumbling
    {
        private static readonly ConcurrentDictionary<string, int> Tries = new();

        [WorkflowRun]
        public Task<string> RunAsync(int times)
        {
            // What no workflow should do: its behaviour hangs on something outside of its history, as a bug that is mended does.
            if (!Workflow.Unsafe.IsReplaying && Tries.AddOrUpdate(Workflow.Info.WorkflowId, 1, (_, tries) => tries + 1) is var tries && tries <= times)
                throw new InvalidOperationException($"stumbled {tries}");
            return Task.FromResult("through");
        }
    }

    [Workflow("Changing")]
    public class WithTimer
    {
        private bool go;

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => go, TimeSpan.FromHours(1));
            return "timer";
        }

        [WorkflowSignal]
        public Task GoAsync()
        {
            go = true;
            return Task.CompletedTask;
        }
    }

    [Workflow("Changing")]
    public class WithActivity
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.ExecuteActivityAsync("nothing", [], new() { StartToCloseTimeout = TimeSpan.FromMinutes(1) });
            return "activity";
        }

        [WorkflowSignal]
        public Task GoAsync() => Task.CompletedTask;
    }
}
