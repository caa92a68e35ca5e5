using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Activities;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using static Holdfast.Engine.Tests.Traces.RunTrace;

namespace Holdfast.Engine.Tests.Workflows.Activities;

public class ActivityTests
{
    [Fact]
    public void The_start_of_an_activity_is_written_when_it_closes()
    {
        var run = Started();
        run.Turn(Activity("a"));
        var task = run.StartActivity("a");
        run.ShouldRead(5, "5 ActivityTaskScheduled a");
        run.CompleteActivity(task);
        run.ShouldRead(6, "6 ActivityTaskStarted of 5 attempt 1", "7 ActivityTaskCompleted of 5 started 6", "8 WorkflowTaskScheduled");
    }

    [Fact]
    public void An_attempt_whose_worker_was_gone_before_it_was_told_waits_again_and_is_not_counted()
    {
        var run = Started();
        run.Turn(Activity("a", a => a.RetryPolicy = new RetryPolicy { MaximumAttempts = 1 }));
        var lost = run.StartActivity("a");
        Assert.True(run.Ask(new ReturnActivityTask(TaskToken.Parse(lost.TaskToken)!)).Reply);

        Assert.Equal(new Obligation.DispatchActivity(5, 1, run.State.TaskQueue), Assert.Single(Debts.Of(run.State, run.Now).Now));
        run.CompleteActivity(run.StartActivity("a"));
        run.ShouldRead(6, "6 ActivityTaskStarted of 5 attempt 1", "7 ActivityTaskCompleted of 5 started 6", "8 WorkflowTaskScheduled");
        Assert.False(run.Ask(new ReturnActivityTask(TaskToken.Parse(lost.TaskToken)!)).Reply);
    }

    [Fact]
    public void Failed_attempts_back_off_as_the_policy_says_and_leave_no_event()
    {
        var run = Started();
        run.Turn(Activity("a", a => a.RetryPolicy = new RetryPolicy { InitialInterval = Seconds(2), BackoffCoefficient = 3, MaximumInterval = Seconds(10), MaximumAttempts = 4 }));
        foreach (var wait in new[] { 2, 6, 10 })
        {
            run.FailActivity(run.StartActivity("a"));
            Assert.Equal(TimeSpan.FromSeconds(wait), Debts.Of(run.State, run.Now).WakeAt - run.Now);
            run.Skip(TimeSpan.FromSeconds(wait));
            Assert.Single(Debts.Of(run.State, run.Now).Now);
        }

        run.FailActivity(run.StartActivity("a"));
        run.ShouldRead(6, "6 ActivityTaskStarted of 5 attempt 4", "7 ActivityTaskFailed of 5 started 6 MaximumAttemptsReached", "8 WorkflowTaskScheduled");
    }

    [Fact]
    public void The_delay_that_the_failure_asks_for_replaces_the_policy_and_its_cap()
    {
        var run = Started();
        run.Turn(Activity("a", a => a.RetryPolicy = new RetryPolicy { InitialInterval = Seconds(1), MaximumInterval = Seconds(5) }));
        run.FailActivity(run.StartActivity("a"), new Failure { Message = "429", ApplicationFailureInfo = new() { NextRetryDelay = Seconds(60) } });
        Assert.Equal(TimeSpan.FromSeconds(60), Debts.Of(run.State, run.Now).WakeAt - run.Now);
    }

    [Fact]
    public void A_failure_of_a_type_that_the_policy_names_is_not_tried_again()
    {
        var run = Started();
        run.Turn(Activity("a", a => a.RetryPolicy = new RetryPolicy { NonRetryableErrorTypes = { "Boom" } }));
        run.FailActivity(run.StartActivity("a"));
        run.ShouldRead(7, "7 ActivityTaskFailed of 5 started 6 NonRetryableFailure", "8 WorkflowTaskScheduled");
    }

    [Fact]
    public void No_attempt_is_planned_beyond_schedule_to_close()
    {
        var run = Started();
        run.Turn(Activity("a", a =>
        {
            a.ScheduleToCloseTimeout = Seconds(10);
            a.RetryPolicy = new RetryPolicy { InitialInterval = Seconds(30) };
        }));
        run.FailActivity(run.StartActivity("a"));
        run.ShouldRead(7, "7 ActivityTaskFailed of 5 started 6 Timeout", "8 WorkflowTaskScheduled");
    }

    [Fact]
    public void Nobody_takes_the_activity_within_schedule_to_start()
    {
        var run = Started();
        run.Turn(Activity("a", a => a.ScheduleToStartTimeout = Seconds(3)));
        run.After(TimeSpan.FromSeconds(3));
        run.ShouldRead(6, "6 ActivityTaskTimedOut of 5 started 0 ScheduleToStart Timeout", "7 WorkflowTaskScheduled");
    }

    [Fact]
    public void An_attempt_that_takes_too_long_is_followed_by_another()
    {
        var run = Started();
        run.Turn(Activity("a", a => a.RetryPolicy = new RetryPolicy { MaximumAttempts = 2 }));
        var late = run.StartActivity("a");
        run.After(TimeSpan.FromSeconds(11));
        Assert.NotNull(run.CompleteActivity(late).Refusal);
        Assert.Equal(2, run.StartActivity("a").Attempt);
        run.After(TimeSpan.FromSeconds(10));
        run.ShouldRead(6, "6 ActivityTaskStarted of 5 attempt 2", "7 ActivityTaskTimedOut of 5 started 6 StartToClose MaximumAttemptsReached", "8 WorkflowTaskScheduled");
    }

    [Fact]
    public void Without_time_for_another_attempt_the_activity_as_a_whole_has_timed_out_and_says_why_the_last_one_did()
    {
        var run = Started();
        run.Turn(Activity("a", a =>
        {
            a.ScheduleToCloseTimeout = Seconds(12);
            a.StartToCloseTimeout = Seconds(11);
            a.RetryPolicy = new RetryPolicy { InitialInterval = Seconds(5) };
        }));
        run.StartActivity("a");
        run.After(TimeSpan.FromSeconds(11));
        run.ShouldRead(7, "7 ActivityTaskTimedOut of 5 started 6 ScheduleToClose Timeout", "8 WorkflowTaskScheduled");
        Assert.Equal(TimeoutType.StartToClose, run.History[6].ActivityTaskTimedOutEventAttributes.Failure.Cause.TimeoutFailureInfo.TimeoutType);
    }

    [Fact]
    public void Heartbeats_keep_an_attempt_alive_and_hand_its_progress_to_the_next_one()
    {
        var run = Started();
        run.Turn(Activity("a", a =>
        {
            a.StartToCloseTimeout = Seconds(100);
            a.HeartbeatTimeout = Seconds(5);
        }));
        var task = run.StartActivity("a");
        for (var beat = 0; beat < 5; beat++)
        {
            run.After(TimeSpan.FromSeconds(4));
            Assert.False(run.Ask(new RecordActivityHeartbeat(ActivityLookup.ByToken(TaskToken.Parse(task.TaskToken)!), Progress("page 7"))).Reply.CancelRequested);
        }

        run.After(TimeSpan.FromSeconds(5));
        run.After(TimeSpan.FromSeconds(1));
        var second = run.StartActivity("a");
        Assert.Equal(2, second.Attempt);
        Assert.Equal(Progress("page 7"), second.HeartbeatDetails);
    }

    [Fact]
    public void A_running_activity_hears_of_its_cancellation_with_its_next_heartbeat()
    {
        var run = Started();
        run.Turn(Activity("a"));
        var task = run.StartActivity("a");
        run.Signal("stop");
        run.Turn(CancelActivity(5));
        var lookup = ActivityLookup.ByToken(TaskToken.Parse(task.TaskToken)!);
        Assert.True(run.Ask(new RecordActivityHeartbeat(lookup, null)).Reply.CancelRequested);
        run.Ask(new RespondActivityCanceled(lookup, null, Worker));
        run.ShouldRead(10, "10 ActivityTaskCancelRequested", "11 ActivityTaskStarted of 5 attempt 1", "12 ActivityTaskCanceled of 5", "13 WorkflowTaskScheduled");
    }

    [Fact]
    public void A_waiting_activity_is_cancelled_on_the_spot()
    {
        var run = Started();
        run.Turn(Activity("a"));
        run.Signal("stop");
        run.Turn(CancelActivity(5));
        run.ShouldRead(10, "10 ActivityTaskCancelRequested", "11 ActivityTaskCanceled of 5", "12 WorkflowTaskScheduled");
    }

    [Fact]
    public void An_activity_whose_cancellation_nobody_asked_for_cannot_be_reported_as_cancelled()
    {
        var run = Started();
        run.Turn(Activity("a"));
        var task = run.StartActivity("a");
        var answer = run.Ask(new RespondActivityCanceled(ActivityLookup.ByToken(TaskToken.Parse(task.TaskToken)!), null, Worker));
        Assert.Equal(RefusalCode.InvalidArgument, answer.Refusal!.Code);
    }

    [Fact]
    public void An_activity_can_be_completed_by_id_before_any_worker_took_it()
    {
        var run = Started();
        run.Turn(Activity("a"));
        Assert.True(run.Ask(new CompleteActivity(ActivityLookup.ById(run.Target, "a"), null, "operator")).Reply);
        run.ShouldRead(6, "6 ActivityTaskStarted of 5 attempt 1", "7 ActivityTaskCompleted of 5 started 6", "8 WorkflowTaskScheduled");
    }

    [Fact]
    public void A_worker_may_take_an_activity_with_the_answer_to_its_workflow_task()
    {
        var run = Started();
        var answer = run.Turn(Activity("a", a => a.RequestEagerExecution = true));
        var task = Assert.Single(answer.Reply.Response.ActivityTasks);
        Assert.Empty(Debts.Of(run.State, run.Now).Now);
        Assert.True(run.CompleteActivity(task).Reply);
    }

    [Fact]
    public void What_a_worker_polls_has_every_timeout_and_the_whole_policy_filled_in()
    {
        var run = Started();
        run.Turn(Activity("a"));
        var task = run.StartActivity("a");
        Assert.Equal(TimeSpan.Zero, task.ScheduleToCloseTimeout.ToTimeSpan());
        Assert.Equal(TimeSpan.Zero, task.HeartbeatTimeout.ToTimeSpan());
        Assert.Equal(TimeSpan.FromSeconds(10), task.StartToCloseTimeout.ToTimeSpan());
        Assert.Equal(new RetryPolicy { InitialInterval = Seconds(1), BackoffCoefficient = 2, MaximumInterval = Seconds(100) }, task.RetryPolicy);
    }

    [Fact]
    public void An_absurd_retry_interval_harms_nobody_but_its_activity()
    {
        var run = Started();
        run.Turn(Activity("a", a => a.RetryPolicy = new RetryPolicy { InitialInterval = new Duration { Seconds = 315_576_000_000 } }));
        run.FailActivity(run.StartActivity("a"));
        Assert.True(Debts.Of(run.State, run.Now).WakeAt > run.Now + TimeSpan.FromDays(36_000));
    }

    [Fact]
    public void An_activity_without_any_timeout_fails_the_workflow_task()
    {
        var run = Started();
        run.Turn(Activity("a", a => a.StartToCloseTimeout = null));
        run.ShouldRead(4, "4 WorkflowTaskFailed BadScheduleActivityAttributes");
    }

    private static Duration Seconds(int seconds) => Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));

    private static Payloads Progress(string text) => new() { Payloads_ = { new Payload { Data = ByteString.CopyFromUtf8(text) } } };

    private static Command CancelActivity(long scheduledEventId) => new()
    {
        CommandType = CommandType.RequestCancelActivityTask,
        RequestCancelActivityTaskCommandAttributes = new() { ScheduledEventId = scheduledEventId },
    };
}
