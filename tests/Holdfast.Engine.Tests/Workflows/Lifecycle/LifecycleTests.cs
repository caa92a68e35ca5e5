using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Tests.Traces;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Lifecycle;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.WorkflowService.V1;
using static Holdfast.Engine.Tests.Traces.RunTrace;

namespace Holdfast.Engine.Tests.Workflows.Lifecycle;

public class LifecycleTests
{
    [Fact]
    public void The_same_request_id_again_is_the_same_start()
    {
        var run = Started();
        var again = run.Ask(new StartWorkflow(NamespaceId, StartRequest()));
        Assert.True(again.Reply.Response.Started);
        Assert.Equal(run.State.Key.RunId, again.Reply.Response.RunId);
        Assert.Null(run.NewRun);
    }

    [Fact]
    public void A_second_start_is_told_which_run_has_the_id()
    {
        var run = Started();
        var refusal = run.Ask(Again()).Refusal!;
        Assert.Equal(RefusalCode.AlreadyExists, refusal.Code);
        var detail = Assert.IsType<WorkflowExecutionAlreadyStartedFailure>(refusal.Detail);
        Assert.Equal(("start", run.State.Key.RunId), (detail.StartRequestId, detail.RunId));
    }

    [Fact]
    public void Use_existing_joins_the_running_one_and_may_leave_its_request_id()
    {
        var run = Started();
        var joined = run.Ask(Again(r =>
        {
            r.WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting;
            r.OnConflictOptions = new() { AttachRequestId = true };
        }));
        Assert.Equal((false, run.State.Key.RunId), (joined.Reply.Response.Started, joined.Reply.Response.RunId));
        run.ShouldRead(3, "3 WorkflowExecutionOptionsUpdated");
        Assert.False(run.Ask(Again()).Reply.Response.Started);
    }

    [Fact]
    public void Terminate_existing_ends_the_running_one_and_starts_anew_in_one_decision()
    {
        var run = Started();
        var answer = run.Ask(Again(r => r.WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.TerminateExisting));
        Assert.Equal(WorkflowExecutionStatus.Terminated, run.State.Status);
        Assert.Equal(answer.Reply.Response.RunId, run.NewRun!.State.Key.RunId);
        Assert.NotEqual(run.State.Key.RunId, answer.Reply.Response.RunId);
    }

    [Theory]
    [InlineData(WorkflowIdReusePolicy.Unspecified, true, true)]
    [InlineData(WorkflowIdReusePolicy.AllowDuplicate, true, true)]
    [InlineData(WorkflowIdReusePolicy.AllowDuplicateFailedOnly, false, true)]
    [InlineData(WorkflowIdReusePolicy.RejectDuplicate, false, false)]
    public void A_closed_runs_id_is_free_as_the_policy_says(WorkflowIdReusePolicy policy, bool afterSuccess, bool afterFailure)
    {
        Assert.Equal(afterSuccess, Allowed(CompleteWorkflow()));
        Assert.Equal(afterFailure, Allowed(FailWorkflow()));

        bool Allowed(Command end)
        {
            var run = Started();
            run.Turn(end);
            return run.Ask(Again(r => r.WorkflowIdReusePolicy = policy)).Refusal is null;
        }
    }

    [Fact]
    public void A_worker_that_starts_a_workflow_may_take_its_first_task_at_once()
    {
        var trace = new RunTrace();
        var start = trace.Begin(new StartWorkflow(NamespaceId, StartRequest(r => r.RequestEagerExecution = true))).Reply;
        Assert.Equal(3, start.EagerTask!.Head.StartedEventId);
        Assert.Empty(Debts.Of(trace.State, trace.Now).Now);

        // The same request again: the reply was lost, and the task with it.
        var again = trace.Ask(new StartWorkflow(NamespaceId, StartRequest(r => r.RequestEagerExecution = true))).Reply;
        Assert.Equal(start.EagerTask.Head, again.EagerTask!.Head);
        Assert.Null(trace.Complete(start.EagerTask, r => r.Commands.Add(CompleteWorkflow())).Refusal);
        Assert.Null(trace.Ask(new StartWorkflow(NamespaceId, StartRequest(r => r.RequestEagerExecution = true))).Reply.EagerTask);
    }

    [Fact]
    public void The_run_timeout_counts_from_the_end_of_the_start_delay()
    {
        var run = Started(r =>
        {
            r.WorkflowStartDelay = Seconds(60);
            r.WorkflowRunTimeout = Seconds(30);
        });
        run.After(TimeSpan.FromSeconds(89));
        Assert.False(run.State.IsClosed);
        run.After(TimeSpan.FromSeconds(1));
        Assert.Equal(WorkflowExecutionStatus.TimedOut, run.State.Status);
    }

    [Fact]
    public void An_end_from_outside_first_writes_what_was_waiting()
    {
        var run = Started();
        run.StartTask();
        run.Signal("unseen");
        run.Ask(new TerminateWorkflow(run.Target, new TerminateWorkflowExecutionRequest { Reason = "enough" }));
        run.ShouldRead(4, "4 WorkflowTaskFailed ForceCloseCommand", "5 WorkflowExecutionSignaled unseen", "6 WorkflowExecutionTerminated");
    }

    [Fact]
    public void Cancelling_is_a_request_that_is_recorded_once_and_fine_on_a_closed_run()
    {
        var run = Started();
        var cancel = new RequestCancelWorkflow(run.Target, new RequestCancelWorkflowExecutionRequest());
        run.Ask(cancel);
        run.Ask(cancel);
        run.ShouldRead(3, "3 WorkflowExecutionCancelRequested");
        run.Turn(new Command { CommandType = CommandType.CancelWorkflowExecution, CancelWorkflowExecutionCommandAttributes = new() });
        Assert.Equal(WorkflowExecutionStatus.Canceled, run.State.Status);
        Assert.Null(run.Ask(cancel).Refusal);
    }

    [Fact]
    public void A_request_for_another_chain_of_runs_finds_nothing()
    {
        var run = Started();
        var answer = run.Ask(new TerminateWorkflow(run.Target, new TerminateWorkflowExecutionRequest { FirstExecutionRunId = "other" }));
        Assert.Equal(RefusalCode.NotFound, answer.Refusal!.Code);
    }

    [Fact]
    public void A_failed_run_is_retried_as_its_policy_says_and_the_chain_keeps_its_first_run_id()
    {
        var run = Started(r => r.RetryPolicy = new RetryPolicy { InitialInterval = Seconds(5), MaximumAttempts = 2 });
        run.After(TimeSpan.FromSeconds(10));
        run.Turn(FailWorkflow());
        run.ShouldRead(5, "5 WorkflowExecutionFailed InProgress");
        var second = Following(run, run.NewRun!);
        Assert.Equal((2, run.State.Key.RunId), (second.State.Started.Attempt, second.State.FirstExecutionRunId));
        Assert.Equal("boom", second.State.Started.ContinuedFailure.Message);
        second.ShouldRead(2);
        second.After(TimeSpan.FromSeconds(5));
        second.ShouldRead(2, "2 WorkflowTaskScheduled");
        second.Turn(FailWorkflow());
        second.ShouldRead(5, "5 WorkflowExecutionFailed MaximumAttemptsReached");
        Assert.Null(second.NewRun);
    }

    [Fact]
    public void A_workflow_retry_keeps_the_policys_cap_whatever_delay_the_failure_asks_for()
    {
        var run = Started(r => r.RetryPolicy = new RetryPolicy { InitialInterval = Seconds(1), MaximumInterval = Seconds(5) });
        run.After(TimeSpan.FromSeconds(10));
        run.Turn(FailWorkflow(new Failure { Message = "later", ApplicationFailureInfo = new() { NextRetryDelay = Seconds(60) } }));
        Assert.Equal(TimeSpan.FromSeconds(5), run.NewRun!.State.ExecutionTime - run.Now);
    }

    [Fact]
    public void A_cron_workflow_runs_at_its_ticks_and_ends_with_cancel()
    {
        var run = Started(r => r.CronSchedule = "0 * * * *");
        run.ShouldRead(2);
        run.After(TimeSpan.FromHours(1));
        run.ShouldRead(2, "2 WorkflowTaskScheduled");
        run.Turn(CompleteWorkflow());
        var next = Following(run, run.NewRun!);
        Assert.Equal(Start.AddHours(2), next.State.ExecutionTime);
        Assert.Equal(ContinueAsNewInitiator.CronSchedule, next.State.Started.Initiator);
        next.After(TimeSpan.FromHours(1));
        next.Turn(new Command { CommandType = CommandType.CancelWorkflowExecution, CancelWorkflowExecutionCommandAttributes = new() });
        Assert.Null(next.NewRun);
    }

    [Fact]
    public void A_run_that_continues_as_new_at_once_is_held_back_for_a_second()
    {
        var run = Started(r => r.Memo = new Memo { Fields = { ["kept"] = new Payload() } });
        run.Turn(new Command
        {
            CommandType = CommandType.ContinueAsNewWorkflowExecution,
            ContinueAsNewWorkflowExecutionCommandAttributes = new() { WorkflowType = new WorkflowType { Name = "Other" } },
        });
        run.ShouldRead(5, "5 WorkflowExecutionContinuedAsNew");
        var next = run.NewRun!.State;
        Assert.Equal(("Other", "queue"), (next.WorkflowType, next.TaskQueue));
        Assert.Equal(TimeSpan.FromSeconds(1), next.ExecutionTime - run.Now);
        Assert.Equal(run.State.SuccessorRunId, next.Key.RunId);
        // Memo and search attributes come from the command alone: SDKs put there what is to be kept.
        Assert.Empty(next.Memo);
    }

    [Theory]
    [InlineData("0 12 * * *", "2026-11-22T13:00:00Z", "2026-11-23T12:00:00Z")]
    [InlineData("@every 90s", "2026-11-22T13:00:10Z", "2026-11-22T13:01:30Z")]
    [InlineData("CRON_TZ=Europe/Berlin 0 9 * * *", "2026-11-22T13:00:00Z", "2026-11-23T08:00:00Z")]
    [InlineData("@daily", "2026-11-22T13:00:00Z", "2026-11-23T00:00:00Z")]
    public void Cron_schedules_tick_when_they_say(string schedule, string now, string next)
    {
        var from = DateTime.Parse(now, null, System.Globalization.DateTimeStyles.RoundtripKind);
        var expected = DateTime.Parse(next, null, System.Globalization.DateTimeStyles.RoundtripKind);
        var previous = DateTime.SpecifyKind(new DateTime(2026, 11, 22, 13, 0, 0), DateTimeKind.Utc);
        Assert.Equal(expected, from + CronSchedule.Backoff(schedule, previous, from));
    }

    [Theory]
    [InlineData("every day")]
    [InlineData("@every soon")]
    [InlineData("CRON_TZ=Nowhere/Land 0 9 * * *")]
    public void A_schedule_that_makes_no_sense_is_named(string schedule) => Assert.Contains(schedule, CronSchedule.Problem(schedule), StringComparison.Ordinal);

    private static StartWorkflow Again(Action<StartWorkflowExecutionRequest>? configure = null) => new(NamespaceId, StartRequest(r =>
    {
        r.RequestId = "again";
        configure?.Invoke(r);
    }));

    private static Duration Seconds(int seconds) => Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));
}
