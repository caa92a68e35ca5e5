using Temporalio.Api.Enums.V1;
using Temporalio.Exceptions;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>The four timeouts of an activity, as its workflow sees them.</summary>
public class ActivityTimeoutTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);

    [Fact]
    public async Task An_attempt_that_takes_longer_than_start_to_close_times_out()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.Work(TestActivities.HangAsync), async () =>
        {
            var handle = await server.CallAsync(new() { StartToClose = Short, Retry = new() { MaximumAttempts = 1 } });
            var failure = await handle.ActivityFailureAsync();
            Assert.Equal(RetryState.MaximumAttemptsReached, failure.RetryState);
            Assert.Equal(TimeoutType.StartToClose, TimeoutOf(failure).TimeoutType);
            await handle.ShouldReplayAsync<CallActivity>();
        });
    }

    [Fact]
    public async Task An_attempt_that_timed_out_is_tried_again()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options => options.Work(context => context.Info.Attempt == 1 ? TestActivities.HangAsync(context) : Task.FromResult("second")),
            async () =>
            {
                var handle = await server.CallAsync(new() { StartToClose = Short, Retry = new() { InitialInterval = TimeSpan.FromMilliseconds(10) } });
                Assert.Equal("second", await handle.GetResultAsync());
                var started = (await handle.TheEventAsync(EventType.ActivityTaskStarted)).ActivityTaskStartedEventAttributes;
                Assert.Equal(2, started.Attempt);
                Assert.Equal(TimeoutType.StartToClose, started.LastFailure.TimeoutFailureInfo.TimeoutType);
            });
    }

    [Fact]
    public async Task An_attempt_that_runs_while_the_server_is_killed_still_times_out()
    {
        await using var server = await SdkServer.StartAsync();
        var started = new TaskCompletionSource();
        await server.WithWorkerAsync(
            options => options.Work(context =>
            {
                started.TrySetResult();
                return TestActivities.HangAsync(context);
            }),
            async () =>
            {
                var handle = await server.CallAsync(new() { StartToClose = TimeSpan.FromSeconds(1), Retry = new() { MaximumAttempts = 1 } });
                await started.Task;
                await server.CrashAndRestartAsync();
                Assert.Equal(TimeoutType.StartToClose, TimeoutOf(await handle.ActivityFailureAsync()).TimeoutType);
            });
    }

    [Fact]
    public async Task An_activity_that_no_worker_takes_within_schedule_to_start_times_out()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<CallActivity>(), async () =>
        {
            var handle = await server.CallAsync(new() { TaskQueue = $"{server.TaskQueue}-nobody", ScheduleToStart = Short });
            Assert.Equal(TimeoutType.ScheduleToStart, TimeoutOf(await handle.ActivityFailureAsync()).TimeoutType);
            await handle.ShouldReplayAsync<CallActivity>();
        });
    }

    [Fact]
    public async Task An_activity_that_takes_longer_than_schedule_to_close_times_out_and_is_not_tried_again()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.Work(TestActivities.HangAsync), async () =>
        {
            var handle = await server.CallAsync(new() { ScheduleToClose = Short });
            var failure = await handle.ActivityFailureAsync();
            Assert.Equal(RetryState.Timeout, failure.RetryState);
            Assert.Equal(TimeoutType.ScheduleToClose, TimeoutOf(failure).TimeoutType);
        });
    }

    [Fact]
    public async Task A_timed_out_attempt_with_no_time_for_another_counts_as_the_end_of_schedule_to_close()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.Work(TestActivities.HangAsync), async () =>
        {
            var handle = await server.CallAsync(new()
            {
                StartToClose = Short,
                ScheduleToClose = TimeSpan.FromMinutes(1),
                Retry = new() { InitialInterval = TimeSpan.FromMinutes(2), MaximumInterval = TimeSpan.FromMinutes(2) },
            });
            var failure = await handle.ActivityFailureAsync();
            Assert.Equal(RetryState.Timeout, failure.RetryState);
            var timeout = TimeoutOf(failure);
            Assert.Equal(TimeoutType.ScheduleToClose, timeout.TimeoutType);
            Assert.Equal(TimeoutType.StartToClose, Assert.IsType<TimeoutFailureException>(timeout.InnerException).TimeoutType);
        });
    }

    [Fact]
    public async Task An_activity_that_falls_silent_times_out_and_its_last_words_are_told()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options => options.Work(context =>
            {
                context.Heartbeat("half");
                return TestActivities.HangAsync(context);
            }),
            async () =>
            {
                var handle = await server.CallAsync(new() { Heartbeat = Short, Retry = new() { MaximumAttempts = 1 } });
                var timeout = TimeoutOf(await handle.ActivityFailureAsync());
                Assert.Equal(TimeoutType.Heartbeat, timeout.TimeoutType);
                Assert.Equal("half", timeout.LastHeartbeatDetails.ElementAt<string>(0));
            });
    }

    private static TimeoutFailureException TimeoutOf(ActivityFailureException failure) =>
        Assert.IsType<TimeoutFailureException>(failure.InnerException);
}
