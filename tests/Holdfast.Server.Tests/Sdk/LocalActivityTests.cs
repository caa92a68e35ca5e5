using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Activities that run inside the workflow task; the server sees only their markers.</summary>
public class LocalActivityTests
{
    [Fact]
    public async Task A_local_activity_leaves_a_marker_and_is_not_run_again_on_replay()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Local>().Activity("near", context => Task.FromResult($"attempt {context.Info.Attempt}")), async () =>
        {
            var handle = await StartAsync(server);
            Assert.Equal("attempt 1", await handle.GetResultAsync());
            Assert.Equal("core_local_activity", (await handle.TheEventAsync(EventType.MarkerRecorded)).MarkerRecordedEventAttributes.MarkerName);
            Assert.DoesNotContain(EventType.ActivityTaskScheduled, await handle.EventTypesAsync());
            await handle.ShouldReplayAsync<Local>();
        });
    }

    [Fact]
    public async Task A_local_activity_may_take_longer_than_the_workflow_task()
    {
        await using var server = await SdkServer.StartAsync();
        var runs = 0;
        var letGo = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await server.WithWorkerAsync(
            options => options.AddWorkflow<Local>().Activity("near", _ =>
            {
                Interlocked.Increment(ref runs);
                return letGo.Task;
            }),
            async () =>
            {
                // The worker asks for more time when four fifths of it are over.
                var handle = await StartAsync(server, TimeSpan.FromSeconds(3));
                await handle.WaitForAsync(EventType.WorkflowTaskCompleted, 2);
                letGo.SetResult("slow");
                Assert.Equal("slow", await handle.GetResultAsync());
                Assert.Equal(1, runs);
                Assert.DoesNotContain(EventType.WorkflowTaskTimedOut, await handle.EventTypesAsync());
                await handle.ShouldReplayAsync<Local>();
            });
    }

    [Fact]
    public async Task A_local_activity_that_runs_during_a_crash_is_done_in_the_end()
    {
        await using var server = await SdkServer.StartAsync();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var letGo = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await server.WithWorkerAsync(
            options => options.AddWorkflow<Local>().Activity("near", _ =>
            {
                started.TrySetResult();
                return letGo.Task;
            }),
            async () =>
            {
                var handle = await StartAsync(server);
                await started.Task;
                await server.CrashAndRestartAsync();
                letGo.SetResult("done");
                Assert.Equal("done", await handle.GetResultAsync());
                await handle.ShouldReplayAsync<Local>();
            });
    }

    [Fact]
    public async Task A_long_back_off_of_a_local_activity_is_a_timer_on_the_server()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options => options.AddWorkflow<Local>().Activity("near", context => context.Info.Attempt == 1
                ? throw new ApplicationFailureException("not yet")
                : Task.FromResult($"attempt {context.Info.Attempt}")),
            async () =>
            {
                var handle = await StartAsync(server);
                await handle.WaitForAsync(EventType.TimerStarted);
                await server.CrashAndRestartAsync();
                Assert.Equal("attempt 2", await handle.GetResultAsync());
                await handle.TheEventAsync(EventType.TimerFired);
                await handle.ShouldReplayAsync<Local>();
            });
    }

    private static Task<WorkflowHandle<Local, string>> StartAsync(SdkServer server, TimeSpan? taskTimeout = null)
    {
        var options = server.Options();
        options.TaskTimeout = taskTimeout ?? TimeSpan.FromSeconds(1);
        return server.Client.StartWorkflowAsync((Local wf) => wf.RunAsync(), options);
    }

    [Workflow]
    public class Local
    {
        [WorkflowRun]
        public Task<string> RunAsync() => Workflow.ExecuteLocalActivityAsync<string>("near", [], new()
        {
            StartToCloseTimeout = TimeSpan.FromMinutes(1),
            RetryPolicy = new() { InitialInterval = TimeSpan.FromSeconds(1) },
            LocalRetryThreshold = TimeSpan.FromMilliseconds(100),
        });
    }
}
