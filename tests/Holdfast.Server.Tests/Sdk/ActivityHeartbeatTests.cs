using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Exceptions;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>What an activity says of its progress is there for whoever takes it up next.</summary>
public class ActivityHeartbeatTests
{
    [Fact]
    public async Task The_next_attempt_reads_how_far_the_last_one_came()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.Work(FailAtFortyTwoAsync), async () =>
        {
            var handle = await server.CallAsync(new()
            {
                Heartbeat = TimeSpan.FromSeconds(10),
                Retry = new() { InitialInterval = TimeSpan.FromMilliseconds(10) },
            });
            Assert.Equal("42", await handle.GetResultAsync());
        });

        static async Task<string> FailAtFortyTwoAsync(ActivityExecutionContext context)
        {
            if (context.Info.Attempt > 1)
                return (await context.Info.HeartbeatDetailAtAsync<int>(0)).ToString(System.Globalization.CultureInfo.InvariantCulture);

            context.Heartbeat(41);
            context.Heartbeat(42);
            throw new ApplicationFailureException("stuck");
        }
    }

    [Fact]
    public async Task A_heartbeat_survives_a_crash_and_is_there_for_the_attempt_after_the_timeout()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options => options.Work(async context =>
            {
                if (context.Info.Attempt > 1)
                    return await context.Info.HeartbeatDetailAtAsync<string>(0);

                context.Heartbeat("page 7");
                return await TestActivities.HangAsync(context);
            }),
            async () =>
            {
                var handle = await server.CallAsync(new()
                {
                    Heartbeat = TimeSpan.FromSeconds(1),
                    Retry = new() { InitialInterval = TimeSpan.FromMilliseconds(10) },
                });
                await handle.WaitUntilAsync(seen => seen.PendingActivities is [{ HeartbeatDetails.Payloads_: [var page] }] && page.Data.ToStringUtf8() == "\"page 7\"");
                await server.CrashAndRestartAsync();
                Assert.Equal("page 7", await handle.GetResultAsync());
                var started = (await handle.TheEventAsync(EventType.ActivityTaskStarted)).ActivityTaskStartedEventAttributes;
                Assert.Equal(2, started.Attempt);
                Assert.Equal(TimeoutType.Heartbeat, started.LastFailure.TimeoutFailureInfo.TimeoutType);
            });
    }

    [Fact]
    public async Task An_activity_that_keeps_talking_may_run_longer_than_its_heartbeat_timeout()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options =>
            {
                options.MaxHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(50);
                options.Work(async context =>
                {
                    for (var beat = 0; beat < 30; beat++)
                    {
                        context.Heartbeat(beat);
                        await Task.Delay(50, context.CancellationToken);
                    }

                    return $"attempt {context.Info.Attempt}";
                });
            },
            async () =>
            {
                var handle = await server.CallAsync(new() { Heartbeat = TimeSpan.FromSeconds(1) });
                Assert.Equal("attempt 1", await handle.GetResultAsync());
            });
    }
}
