using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using static Holdfast.Engine.Tests.Traces.RunTrace;

namespace Holdfast.Engine.Tests.Workflows.WorkflowTasks;

public class WorkflowTaskTests
{
    private static readonly TimeSpan TaskTimeout = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_task_whose_worker_was_gone_before_it_was_told_runs_out_of_time_at_once()
    {
        var run = Started();
        var token = TaskToken.Parse(run.StartTask().Head.TaskToken)!;
        Assert.True(run.Ask(new ReturnWorkflowTask(token)).Reply);

        run.ShouldRead(4, "4 WorkflowTaskTimedOut StartToClose");
        Assert.Equal(2, run.Dispatched().Attempt);
        Assert.False(run.Ask(new ReturnWorkflowTask(token)).Reply);
    }

    [Fact]
    public void A_workflow_of_nothing_has_five_events()
    {
        var run = Started();
        run.Turn(CompleteWorkflow());
        run.ShouldRead(1,
            "1 WorkflowExecutionStarted", "2 WorkflowTaskScheduled", "3 WorkflowTaskStarted", "4 WorkflowTaskCompleted", "5 WorkflowExecutionCompleted");
        Assert.Equal(WorkflowExecutionStatus.Completed, run.State.Status);
        Assert.Equal(Debt.None, Debts.Of(run.State, run.Now));
    }

    [Fact]
    public void What_happens_while_a_worker_decides_waits_in_the_buffer_and_brings_another_task()
    {
        var run = Started();
        var task = run.StartTask();
        run.Signal("one");
        run.Signal("two");
        run.ShouldRead(3, "3 WorkflowTaskStarted");
        run.Complete(task);
        run.ShouldRead(4, "4 WorkflowTaskCompleted", "5 WorkflowExecutionSignaled one", "6 WorkflowExecutionSignaled two", "7 WorkflowTaskScheduled");
    }

    [Fact]
    public void What_closes_something_leaves_the_buffer_after_everything_else()
    {
        var run = Started();
        run.Turn(Activity("a"));
        var activity = run.StartActivity("a");
        run.StartTaskBySignal(out var task);
        run.CompleteActivity(activity);
        run.Signal("late");
        run.Complete(task);
        run.ShouldRead(9,
            "9 WorkflowTaskCompleted",
            "10 ActivityTaskStarted of 5 attempt 1",
            "11 WorkflowExecutionSignaled late",
            "12 ActivityTaskCompleted of 5 started 10",
            "13 WorkflowTaskScheduled");
    }

    [Fact]
    public void A_workflow_cannot_close_over_events_that_it_has_not_seen()
    {
        var run = Started();
        var task = run.StartTask();
        run.Signal("unseen");
        var answer = run.Complete(task, request => request.Commands.Add(CompleteWorkflow()));
        Assert.Equal("UnhandledCommand", answer.Refusal!.Message);
        run.ShouldRead(4, "4 WorkflowTaskFailed UnhandledCommand", "5 WorkflowExecutionSignaled unseen", "6 WorkflowTaskScheduled");
    }

    [Fact]
    public void The_first_failure_is_in_the_history_and_later_ones_are_not_until_one_succeeds()
    {
        var run = Started();
        run.Fail(run.StartTask());
        run.ShouldRead(3, "3 WorkflowTaskStarted", "4 WorkflowTaskFailed WorkflowWorkerUnhandledFailure");
        var second = run.StartTask();
        Assert.Equal(2, second.Head.Attempt);
        Assert.Equal([5, 6], second.Synthetic.Select(e => e.EventId));
        run.Fail(second);
        run.ShouldRead(5);
        run.Turn(CompleteWorkflow());
        run.ShouldRead(5, "5 WorkflowTaskScheduled attempt 3", "6 WorkflowTaskStarted", "7 WorkflowTaskCompleted", "8 WorkflowExecutionCompleted");
    }

    [Fact]
    public void An_event_between_failing_attempts_makes_the_next_one_a_first_attempt_again()
    {
        var run = Started();
        run.Fail(run.StartTask());
        run.Signal("help");
        var task = run.StartTask();
        Assert.Equal(1, task.Head.Attempt);
        run.ShouldRead(5, "5 WorkflowExecutionSignaled help", "6 WorkflowTaskScheduled", "7 WorkflowTaskStarted");
    }

    [Fact]
    public void A_worker_that_does_not_answer_loses_its_task_to_another()
    {
        var run = Started();
        var task = run.StartTask();
        run.After(TaskTimeout);
        run.ShouldRead(4, "4 WorkflowTaskTimedOut StartToClose");
        Assert.Equal("Workflow task not found.", run.Complete(task).Refusal!.Message);
        Assert.Equal(2, run.StartTask().Head.Attempt);
    }

    [Fact]
    public void From_the_fourth_attempt_on_the_timeout_grows_because_it_is_the_back_off()
    {
        var run = Started();
        var timeouts = new List<TimeSpan>();
        for (var attempt = 1; attempt <= 6; attempt++)
        {
            run.StartTask();
            timeouts.Add(run.State.WorkflowTask!.StartToClose);
            run.After(run.State.WorkflowTask.StartToClose);
        }

        Assert.Equal([10, 10, 10, 15, 20, 30], timeouts.Select(t => t.TotalSeconds));
    }

    [Fact]
    public void A_token_of_a_start_that_was_lost_fits_no_later_start()
    {
        var lost = Started();
        var token = lost.StartTask().Head.TaskToken;

        // The server crashed before the start was on disk; the task is handed out again a moment later, at the same event ids.
        var recovered = Started();
        recovered.After(TimeSpan.FromMilliseconds(5));
        recovered.StartTask();
        var answer = recovered.Ask(new CompleteWorkflowTask(TaskToken.Parse(token)! with { RunId = recovered.State.Key.RunId }, new RespondWorkflowTaskCompletedRequest()));
        Assert.Equal(RefusalCode.NotFound, answer.Refusal!.Code);
    }

    [Fact]
    public void A_sticky_worker_is_sent_only_what_is_new()
    {
        var run = Started();
        run.Complete(run.StartTask(), Sticky);
        run.Signal("next");
        var task = run.StartTask(fromStickyQueue: true);
        Assert.Equal(4, task.FirstEventId);
        Assert.Equal(3, task.Head.PreviousStartedEventId);
    }

    [Fact]
    public void A_task_that_nobody_takes_from_a_sticky_queue_goes_to_the_normal_one_with_the_whole_history()
    {
        var run = Started();
        run.Complete(run.StartTask(), Sticky);
        run.Signal("next");
        Assert.Equal("sticky", run.Dispatched().StickyQueue);
        run.After(TimeSpan.FromSeconds(5));
        run.ShouldRead(7, "7 WorkflowTaskTimedOut ScheduleToStart", "8 WorkflowTaskScheduled");
        Assert.Equal("", run.Dispatched().StickyQueue);
        Assert.Equal(1, run.StartTask().FirstEventId);
    }

    [Fact]
    public void A_worker_of_the_normal_queue_that_takes_a_sticky_task_gets_the_whole_history()
    {
        var run = Started();
        run.Complete(run.StartTask(), Sticky);
        run.Signal("next");
        Assert.Equal(1, run.StartTask(fromStickyQueue: false).FirstEventId);
        Assert.Equal("", run.State.StickyQueue);
    }

    [Fact]
    public void A_heartbeating_worker_gets_its_next_task_in_the_answer_until_half_an_hour_has_passed()
    {
        var run = Started();
        var task = run.StartTask();
        for (var minute = 0; minute < 5 * 30; minute++)
        {
            run.After(TimeSpan.FromSeconds(9));
            var answer = run.Complete(task, Heartbeat);
            if (answer.Refusal is { } refusal)
            {
                Assert.Equal("workflow task heartbeat timeout", refusal.Message);
                Assert.True(run.Now - Start > TimeSpan.FromMinutes(30), $"gave up after {run.Now - Start}");
                return;
            }

            task = answer.Reply.NextTask!;
        }

        Assert.True(run.Now - Start <= TimeSpan.FromMinutes(30), "heartbeats were taken for ever");
    }

    [Fact]
    public void A_command_after_a_closing_one_is_refused_and_the_task_goes_on()
    {
        var run = Started();
        var answer = run.Turn(CompleteWorkflow(), Timer("t", TimeSpan.FromSeconds(1)));
        Assert.Equal(RefusalCode.InvalidArgument, answer.Refusal!.Code);
        Assert.True(run.State.WorkflowTask!.IsStarted);
    }

    [Fact]
    public void A_worker_that_answers_nonsense_again_and_again_is_slowed_down_by_the_timeout()
    {
        var run = Started();
        run.Turn(Timer("", TaskTimeout));
        run.ShouldRead(4, "4 WorkflowTaskFailed BadStartTimerAttributes");
        run.Turn(Timer("", TaskTimeout));
        Assert.True(run.State.WorkflowTask!.IsStarted);
        run.After(TaskTimeout);
        Assert.Equal(3, run.State.WorkflowTask!.Attempt);
    }

    [Fact]
    public void A_completion_too_large_for_the_wire_ends_the_run()
    {
        var run = Started();
        run.Fail(run.StartTask(), WorkflowTaskFailedCause.GrpcMessageTooLarge);
        Assert.Equal(WorkflowExecutionStatus.Terminated, run.State.Status);
    }

    [Fact]
    public void A_full_buffer_takes_the_task_away_from_its_worker()
    {
        var run = Started(limits: EngineLimits.Default with { BufferedEvents = 2 });
        run.StartTask();
        run.Signal("1");
        run.Signal("2");
        run.Signal("3");
        run.ShouldRead(4, "4 WorkflowTaskFailed ForceCloseCommand", "5 WorkflowExecutionSignaled 1", "6 WorkflowExecutionSignaled 2", "7 WorkflowExecutionSignaled 3", "8 WorkflowTaskScheduled");
    }

    private static void Sticky(RespondWorkflowTaskCompletedRequest request) => request.StickyAttributes = new StickyExecutionAttributes
    {
        WorkerTaskQueue = new TaskQueue { Name = "sticky" },
    };

    [Fact]
    public void A_worker_that_did_not_hear_the_reply_to_its_turn_gets_it_again_with_the_tasks_that_it_brought()
    {
        var run = Started();
        var task = run.StartTask();
        run.Signal("unseen");
        var first = run.Complete(task, WithEagerActivity).Reply;
        run.Signal("buffered");
        var events = run.History.Count;

        var again = run.Complete(task, WithEagerActivity).Reply;

        Assert.Equal(events, run.History.Count);
        Assert.Equal(first.NextTask!.Head, again.NextTask!.Head);
        Assert.Equal((first.NextTask.FirstEventId, first.NextTask.LastEventId), (again.NextTask.FirstEventId, again.NextTask.LastEventId));
        Assert.Equal(first.Response.ActivityTasks, again.Response.ActivityTasks);
        Assert.Single(again.Response.ActivityTasks);
        Assert.Null(run.Complete(again.NextTask).Refusal);
        Assert.Null(run.CompleteActivity(again.Response.ActivityTasks[0]).Refusal);

        static void WithEagerActivity(RespondWorkflowTaskCompletedRequest request)
        {
            request.ReturnNewWorkflowTask = true;
            request.Commands.Add(Activity("a", a =>
            {
                a.TaskQueue = new TaskQueue { Name = "queue" };
                a.RequestEagerExecution = true;
            }));
        }
    }

    [Fact]
    public void A_repeated_answer_brings_no_task_that_another_worker_has_by_now()
    {
        var run = Started();
        var task = run.StartTask();
        run.Signal("unseen");
        run.Complete(task, request => request.ReturnNewWorkflowTask = true);
        run.After(TaskTimeout);
        var polled = run.StartTask();

        Assert.Null(run.Complete(task).Reply.NextTask);
        Assert.Null(run.Complete(polled, request => request.Commands.Add(CompleteWorkflow())).Refusal);
        Assert.Null(run.Complete(polled).Refusal);
        Assert.Equal(RefusalCode.NotFound, run.Complete(task).Refusal!.Code);
    }

    private static void Heartbeat(RespondWorkflowTaskCompletedRequest request)
    {
        request.ForceCreateNewWorkflowTask = true;
        request.ReturnNewWorkflowTask = true;
    }
}
