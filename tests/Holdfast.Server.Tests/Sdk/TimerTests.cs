using Temporalio.Api.Enums.V1;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

public class TimerTests
{
    [Fact]
    public async Task Each_of_many_timers_fires_once_and_not_before_its_time()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<ManyTimers>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((ManyTimers wf) => wf.RunAsync(200), server.Options());
            Assert.Equal(200, await handle.GetResultAsync());
            await ShouldHaveFiredInTimeAsync(handle, 200);
        });
    }

    [Fact]
    public async Task Timers_due_before_during_and_after_a_crash_each_fire_once()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<ManyTimers>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((ManyTimers wf) => wf.RunAsync(100), server.Options());
            await handle.WaitForAsync(EventType.TimerFired);
            await server.CrashAndRestartAsync();
            Assert.Equal(100, await handle.GetResultAsync());
            await ShouldHaveFiredInTimeAsync(handle, 100);
        });
    }

    [Fact]
    public async Task A_cancelled_timer_does_not_fire()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<CancelledTimer>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((CancelledTimer wf) => wf.RunAsync(), server.Options());
            Assert.Equal("cancelled", await handle.GetResultAsync());
            var types = await handle.EventTypesAsync();
            Assert.Contains(EventType.TimerCanceled, types);
            Assert.Single(types, EventType.TimerFired);
            await handle.ShouldReplayAsync<CancelledTimer>();
        });
    }

    [Fact]
    public async Task A_wait_with_a_timeout_ends_by_the_condition_and_cancels_its_timer()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<WaitWithTimeout>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((WaitWithTimeout wf) => wf.RunAsync(TimeSpan.FromHours(1)), server.Options());
            await handle.SignalAsync(wf => wf.OpenAsync());
            Assert.True(await handle.GetResultAsync());
            await handle.ShouldReplayAsync<WaitWithTimeout>();
        });
    }

    [Fact]
    public async Task A_wait_with_a_timeout_ends_by_the_timeout()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<WaitWithTimeout>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((WaitWithTimeout wf) => wf.RunAsync(TimeSpan.FromMilliseconds(100)), server.Options());
            Assert.False(await handle.GetResultAsync());
            await handle.TheEventAsync(EventType.TimerFired);
            await handle.ShouldReplayAsync<WaitWithTimeout>();
        });
    }

    private static async Task ShouldHaveFiredInTimeAsync(Temporalio.Client.WorkflowHandle handle, int count)
    {
        var events = await handle.EventsAsync();
        var started = events.Where(one => one.EventType == EventType.TimerStarted).ToDictionary(one => one.EventId);
        var fired = events.Where(one => one.EventType == EventType.TimerFired).ToList();
        Assert.Equal(count, started.Count);
        Assert.Equal(started.Keys.Order(), fired.Select(one => one.TimerFiredEventAttributes.StartedEventId).Order());
        Assert.All(fired, one =>
        {
            var start = started[one.TimerFiredEventAttributes.StartedEventId];
            Assert.True(one.EventTime >= start.EventTime + start.TimerStartedEventAttributes.StartToFireTimeout);
        });
        await handle.ShouldReplayAsync<ManyTimers>();
    }

    [Workflow]
    public class ManyTimers
    {
        private int fired;

        [WorkflowRun]
        public async Task<int> RunAsync(int count)
        {
            await Workflow.WhenAllAsync(Enumerable.Range(1, count).Select(async number =>
            {
                await Workflow.DelayAsync(TimeSpan.FromMilliseconds(10 * number));
                fired++;
            }));
            return fired;
        }
    }

    [Workflow]
    public class CancelledTimer
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            using var cancellation = new CancellationTokenSource();
            var longTimer = Workflow.DelayAsync(TimeSpan.FromHours(1), cancellation.Token);
            await Workflow.DelayAsync(TimeSpan.FromMilliseconds(50));
            cancellation.Cancel();
            try
            {
                await longTimer;
                return "fired";
            }
            catch (OperationCanceledException)
            {
                return "cancelled";
            }
        }
    }

    [Workflow]
    public class WaitWithTimeout
    {
        private bool open;

        [WorkflowRun]
        public Task<bool> RunAsync(TimeSpan timeout) => Workflow.WaitConditionAsync(() => open, timeout);

        [WorkflowSignal]
        public Task OpenAsync()
        {
            open = true;
            return Task.CompletedTask;
        }
    }
}
