using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>The three ways in which a workflow may give an activity up.</summary>
public class ActivityCancellationTests
{
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task TryCancel_ends_the_wait_at_once_and_the_activity_learns_of_it_by_its_heartbeat()
    {
        await using var server = await SdkServer.StartAsync();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await server.WithWorkerAsync(
            options => Heartbeating(options, async context =>
            {
                try
                {
                    return await BeatUntilCancelledAsync(context);
                }
                catch (OperationCanceledException)
                {
                    told.SetResult();
                    throw;
                }
            }),
            async () =>
            {
                var handle = await StartAsync(server, ActivityCancellationType.TryCancel);
                await handle.SignalAsync(wf => wf.CancelActivityAsync());
                Assert.IsType<CanceledFailureException>((await handle.ActivityFailureAsync()).InnerException);
                await told.Task;
                var types = await handle.EventTypesAsync();
                Assert.Contains(EventType.ActivityTaskCancelRequested, types);
                Assert.DoesNotContain(EventType.ActivityTaskCanceled, types);
                await handle.ShouldReplayAsync<CallActivity>();
            });
    }

    [Fact]
    public async Task WaitCancellationCompleted_waits_for_the_activity_to_report_that_it_gave_up()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => Heartbeating(options, BeatUntilCancelledAsync), async () =>
        {
            var handle = await StartAsync(server, ActivityCancellationType.WaitCancellationCompleted);
            await handle.SignalAsync(wf => wf.CancelActivityAsync());
            Assert.IsType<CanceledFailureException>((await handle.ActivityFailureAsync()).InnerException);
            await handle.TheEventAsync(EventType.ActivityTaskCancelRequested);
            await handle.TheEventAsync(EventType.ActivityTaskCanceled);
            await handle.ShouldReplayAsync<CallActivity>();
        });
    }

    [Fact]
    public async Task An_activity_may_finish_its_work_although_its_cancellation_is_wanted()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options => Heartbeating(options, async context =>
            {
                try
                {
                    return await BeatUntilCancelledAsync(context);
                }
                catch (OperationCanceledException)
                {
                    return "tidied up";
                }
            }),
            async () =>
            {
                var handle = await StartAsync(server, ActivityCancellationType.WaitCancellationCompleted);
                await handle.SignalAsync(wf => wf.CancelActivityAsync());
                Assert.Equal("tidied up", await handle.GetResultAsync());
            });
    }

    [Fact]
    public async Task Abandon_asks_the_server_for_nothing_and_the_activity_runs_on()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options => Heartbeating(options, async context =>
            {
                started.TrySetResult();
                await letGo.Task;
                Assert.False(context.CancellationToken.IsCancellationRequested);
                return "done";
            }),
            async () =>
            {
                var handle = await StartAsync(server, ActivityCancellationType.Abandon);
                await handle.SignalAsync(wf => wf.CancelActivityAsync());
                Assert.IsType<CanceledFailureException>((await handle.ActivityFailureAsync()).InnerException);
                letGo.SetResult();
                Assert.DoesNotContain(EventType.ActivityTaskCancelRequested, await handle.EventTypesAsync());
                await handle.ShouldReplayAsync<CallActivity>();
            });
    }

    [Fact]
    public async Task An_activity_that_nobody_took_yet_is_cancelled_at_once()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<CallActivity>(), async () =>
        {
            var handle = await server.CallAsync(new()
            {
                TaskQueue = $"{server.TaskQueue}-nobody",
                Cancellation = ActivityCancellationType.WaitCancellationCompleted,
            });
            await handle.WaitForAsync(EventType.ActivityTaskScheduled);
            await handle.SignalAsync(wf => wf.CancelActivityAsync());
            Assert.IsType<CanceledFailureException>((await handle.ActivityFailureAsync()).InnerException);
            await handle.TheEventAsync(EventType.ActivityTaskCanceled);
            Assert.DoesNotContain(EventType.ActivityTaskStarted, await handle.EventTypesAsync());
            await handle.ShouldReplayAsync<CallActivity>();
        });
    }

    [Fact]
    public async Task A_cancellation_reaches_an_activity_that_heartbeats_first_after_a_crash()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options => Heartbeating(options, async context =>
            {
                started.TrySetResult();
                await letGo.Task;
                return await BeatUntilCancelledAsync(context);
            }),
            async () =>
            {
                var handle = await StartAsync(server, ActivityCancellationType.WaitCancellationCompleted);
                await handle.SignalAsync(wf => wf.CancelActivityAsync());
                await handle.WaitForAsync(EventType.ActivityTaskCancelRequested);
                await server.CrashAndRestartAsync();
                letGo.SetResult();
                Assert.IsType<CanceledFailureException>((await handle.ActivityFailureAsync()).InnerException);
                await handle.TheEventAsync(EventType.ActivityTaskCanceled);
            });
    }

    [Fact]
    public async Task Cancelling_the_workflow_cancels_its_activity_and_then_the_workflow_is_cancelled()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => Heartbeating(options, BeatUntilCancelledAsync), async () =>
        {
            var handle = await StartAsync(server, ActivityCancellationType.WaitCancellationCompleted);
            await handle.CancelAsync();
            var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
            Assert.IsType<CanceledFailureException>(failed.InnerException);
            Assert.Equal(WorkflowExecutionStatus.Canceled, (await handle.DescribeAsync()).Status);
            await handle.TheEventAsync(EventType.ActivityTaskCanceled);
            await handle.ShouldReplayAsync<CallActivity>();
        });
    }

    private async Task<WorkflowHandle<CallActivity, string?>> StartAsync(SdkServer server, ActivityCancellationType cancellation)
    {
        var handle = await server.CallAsync(new() { Heartbeat = TimeSpan.FromSeconds(10), Cancellation = cancellation });
        await started.Task;
        return handle;
    }

    private async Task<string> BeatUntilCancelledAsync(ActivityExecutionContext context)
    {
        started.TrySetResult();
        while (true)
        {
            context.Heartbeat();
            await Task.Delay(20, context.CancellationToken);
        }
    }

    // Without this the worker passes a heartbeat on only every few seconds, and learns of the cancellation as late.
    private static void Heartbeating(TemporalWorkerOptions options, Func<ActivityExecutionContext, Task<string>> body)
    {
        options.MaxHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(50);
        options.Work(body);
    }
}
