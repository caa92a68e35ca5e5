using System.Diagnostics;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>An activity that fails is tried again as its policy says; what it returns or throws reaches the workflow.</summary>
public class ActivityRetryTests
{
    [Fact]
    public async Task Attempts_are_apart_by_the_policys_intervals_and_leave_one_started_event()
    {
        await using var server = await SdkServer.StartAsync();
        var times = new List<long>();
        await server.WithWorkerAsync(
            options => options.Work(context =>
            {
                times.Add(Stopwatch.GetTimestamp());
                return context.Info.Attempt < 4 ? throw new ApplicationFailureException($"no {context.Info.Attempt}") : Task.FromResult("yes");
            }),
            async () =>
            {
                var handle = await server.CallAsync(new()
                {
                    Retry = new() { InitialInterval = Ms(100), BackoffCoefficient = 2, MaximumInterval = Ms(250) },
                });
                Assert.Equal("yes", await handle.GetResultAsync());
                Assert.Equal(4, times.Count);
                foreach (var (index, atLeast) in new[] { (1, 100), (2, 200), (3, 250) })
                    Assert.InRange(Stopwatch.GetElapsedTime(times[index - 1], times[index]).TotalMilliseconds, atLeast - 5, atLeast + 5000);
                var started = (await handle.TheEventAsync(EventType.ActivityTaskStarted)).ActivityTaskStartedEventAttributes;
                Assert.Equal(4, started.Attempt);
                Assert.Equal("no 3", started.LastFailure.Message);
                await handle.ShouldReplayAsync<CallActivity>();
            });
    }

    [Fact]
    public async Task After_the_last_attempt_the_workflow_gets_the_last_failure()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.Work<string>(context => throw new ApplicationFailureException($"no {context.Info.Attempt}")), async () =>
        {
            var handle = await server.CallAsync(new() { Retry = new() { InitialInterval = Ms(10), MaximumAttempts = 3 } });
            var failure = await handle.ActivityFailureAsync();
            Assert.Equal(RetryState.MaximumAttemptsReached, failure.RetryState);
            Assert.Equal("no 3", failure.InnerException!.Message);
        });
    }

    [Fact]
    public async Task A_failure_without_time_for_another_attempt_stays_that_failure()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.Work<string>(context => throw new ApplicationFailureException($"no {context.Info.Attempt}")), async () =>
        {
            var handle = await server.CallAsync(new() { ScheduleToClose = TimeSpan.FromSeconds(30), Retry = new() { InitialInterval = TimeSpan.FromMinutes(1) } });
            var failure = await handle.ActivityFailureAsync();
            Assert.Equal(RetryState.Timeout, failure.RetryState);
            Assert.Equal("no 1", failure.InnerException!.Message);
        });
    }

    [Fact]
    public async Task The_delay_that_a_failure_asks_for_replaces_the_policys_interval()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options => options.Work(context => context.Info.Attempt == 1
                ? throw new ApplicationFailureException("soon", nextRetryDelay: Ms(50))
                : Task.FromResult("yes")),
            async () =>
            {
                var handle = await server.CallAsync(new() { Retry = new() { InitialInterval = TimeSpan.FromHours(1) } });
                Assert.Equal("yes", await handle.GetResultAsync());
            });
    }

    [Theory]
    [InlineData(true, "Other")]
    [InlineData(false, "Listed")]
    public async Task A_failure_that_is_not_retryable_by_itself_or_by_the_policy_is_not_tried_again(bool nonRetryable, string type)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options => options.Work<string>(context => throw new ApplicationFailureException($"no {context.Info.Attempt}", type, nonRetryable)),
            async () =>
            {
                var handle = await server.CallAsync(new() { Retry = new() { InitialInterval = Ms(10), NonRetryableErrorTypes = ["Listed"] } });
                var failure = await handle.ActivityFailureAsync();
                Assert.Equal(RetryState.NonRetryableFailure, failure.RetryState);
                Assert.Equal("no 1", failure.InnerException!.Message);
            });
    }

    [Fact]
    public async Task An_activity_that_failed_on_one_worker_is_tried_again_on_another_after_a_crash_in_the_back_off()
    {
        await using var server = await SdkServer.StartAsync();
        WorkflowHandle handle = null!;
        await server.WithWorkerAsync(options => options.Work<string>(_ => throw new ApplicationFailureException("first worker")), async () =>
        {
            handle = await server.CallAsync(new() { Retry = new() { InitialInterval = TimeSpan.FromSeconds(2) } });
            await handle.WaitUntilAsync(seen => seen.PendingActivities is [{ Attempt: 2 }]);
        });
        await server.CrashAndRestartAsync();
        await server.WithWorkerAsync(options => options.Work(context => Task.FromResult($"attempt {context.Info.Attempt}")), async () =>
        {
            Assert.Equal("attempt 2", await handle.GetResultAsync<string>());
            await handle.ShouldReplayAsync<CallActivity>();
        });
    }

    [Fact]
    public async Task The_description_shows_which_activities_wait_and_why()
    {
        await using var server = await SdkServer.StartAsync();
        var letGo = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await server.WithWorkerAsync(
            options => options.Work(context => context.Info.Attempt == 1 ? throw new ApplicationFailureException("busy", "Busy") : letGo.Task),
            async () =>
            {
                var handle = await server.CallAsync(new()
                {
                    ActivityId = "the-one",
                    Retry = new() { InitialInterval = TimeSpan.FromSeconds(1), MaximumAttempts = 5 },
                });
                var waiting = await handle.WaitUntilAsync(seen => seen.PendingActivities is [{ Attempt: 2, State: PendingActivityState.Scheduled }]);
                var pending = Assert.Single(waiting.PendingActivities);
                Assert.Equal("the-one", pending.ActivityId);
                Assert.Equal("work", pending.ActivityType.Name);
                Assert.Equal(5, pending.MaximumAttempts);
                Assert.Equal("busy", pending.LastFailure.Message);
                Assert.Equal("Busy", pending.LastFailure.ApplicationFailureInfo.Type);
                Assert.NotNull(pending.NextAttemptScheduleTime);
                Assert.NotEqual("", pending.LastWorkerIdentity);

                await handle.WaitUntilAsync(seen => seen.PendingActivities is [{ Attempt: 2, State: PendingActivityState.Started, NextAttemptScheduleTime: null }]);
                letGo.SetResult("done");
                Assert.Equal("done", await handle.GetResultAsync());
                Assert.Empty((await handle.DescribeAllAsync()).PendingActivities);
            });
    }

    [Fact]
    public async Task An_activity_runs_on_the_task_queue_that_the_workflow_names()
    {
        await using var server = await SdkServer.StartAsync();
        var other = $"{server.TaskQueue}-other";
        await server.WithWorkerAsync(options => options.AddWorkflow<CallActivity>(), async () =>
        {
            var handle = await server.CallAsync(new() { TaskQueue = other });
            await handle.WaitForAsync(EventType.ActivityTaskScheduled);
            await server.WithWorkerAsync(
                options =>
                {
                    options.TaskQueue = other;
                    options.Activity("work", context => Task.FromResult(context.Info.TaskQueue));
                },
                async () => Assert.Equal(other, await handle.GetResultAsync()));
        });
    }

    [Fact]
    public async Task Arguments_and_results_arrive_as_they_were()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Ordering>().AddAllActivities(new Shop()), async () =>
        {
            var order = await server.Client.ExecuteWorkflowAsync((Ordering wf) => wf.RunAsync("tea"), server.Options());
            Assert.Equal("tea", order.Item);
            Assert.Equal(["green", "schwarz, ß"], order.Sorts);
        });
    }

    [Fact]
    public async Task The_causes_types_and_details_of_a_failure_reach_the_client()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Ordering>().AddAllActivities(new Shop()), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Ordering wf) => wf.RunAsync("wine"), server.Options());
            var failure = await handle.ActivityFailureAsync();
            Assert.Equal("Take", failure.ActivityType);
            var refused = Assert.IsType<ApplicationFailureException>(failure.InnerException);
            Assert.Equal("Refused", refused.ErrorType);
            Assert.Equal("wine", refused.Details.ElementAt<string>(0));
            Assert.Equal(18, refused.Details.ElementAt<int>(1));
            var cause = Assert.IsType<ApplicationFailureException>(refused.InnerException);
            Assert.Equal("too young", cause.Message);
            Assert.Equal(nameof(ArgumentException), cause.ErrorType);
        });
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    public sealed record Order(string Item, IReadOnlyList<string> Sorts);

    [Workflow]
    public class Ordering
    {
        private static readonly string[] Sorts = ["green", "schwarz, ß"];

        [WorkflowRun]
        public async Task<Order> RunAsync(string item)
        {
            var options = new ActivityOptions { StartToCloseTimeout = TimeSpan.FromMinutes(1) };
            var order = await Workflow.ExecuteActivityAsync((Shop shop) => shop.Take(item, Sorts), options);
            await Workflow.ExecuteActivityAsync((Shop shop) => shop.Note(order), options);
            return order;
        }
    }

    public class Shop
    {
        [Activity]
        public Order Take(string item, IReadOnlyList<string> sorts) => item == "wine"
            ? throw new ApplicationFailureException("not for you", new ArgumentException("too young"), "Refused", nonRetryable: true, details: [item, 18])
            : new Order(item, sorts);

        [Activity]
        public void Note(Order order) => ArgumentNullException.ThrowIfNull(order);
    }
}
