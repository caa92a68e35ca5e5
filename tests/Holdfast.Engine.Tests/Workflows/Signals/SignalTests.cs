using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Tests.Traces;
using Holdfast.Engine.Workflows.Signals;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Common.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using static Holdfast.Engine.Tests.Traces.RunTrace;

namespace Holdfast.Engine.Tests.Workflows.Signals;

public class SignalTests
{
    [Fact]
    public void The_same_request_id_again_is_the_same_signal_even_after_the_run_closed()
    {
        var run = Started();
        run.Signal("once", requestId: "r1");
        run.Signal("once", requestId: "r1");
        run.Turn(CompleteWorkflow());
        Assert.Null(run.Signal("once", requestId: "r1").Refusal);
        Assert.Equal("workflow execution already completed", run.Signal("twice", requestId: "r2").Refusal!.Message);
        Assert.Equal(1, run.State.SignalCount);
    }

    [Fact]
    public void A_run_that_waits_for_its_start_delay_hears_of_a_signal_with_its_first_task()
    {
        var run = Started(start => start.WorkflowStartDelay = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)));
        run.Signal("early");
        run.ShouldRead(2, "2 WorkflowExecutionSignaled early");
        run.After(TimeSpan.FromMinutes(1));
        run.ShouldRead(3, "3 WorkflowTaskScheduled");
    }

    [Fact]
    public void Signal_with_start_begins_a_run_with_the_signal_in_its_first_batch()
    {
        var run = new RunTrace();
        Assert.True(run.Begin(SignalWithStart("go")).Reply.Started);
        run.ShouldRead(1, "1 WorkflowExecutionStarted", "2 WorkflowExecutionSignaled go", "3 WorkflowTaskScheduled");
        Assert.False(run.Ask(SignalWithStart("again")).Reply.Started);
        run.ShouldRead(4, "4 WorkflowExecutionSignaled again");
    }

    [Fact]
    public void A_run_takes_only_so_many_signals()
    {
        var run = Started(limits: EngineLimits.Default with { SignalsPerRun = 1 });
        run.Signal("1");
        Assert.Equal(RefusalCode.InvalidArgument, run.Signal("2").Refusal!.Code);
    }

    [Fact]
    public void A_run_whose_history_is_too_long_ends_at_what_would_make_it_longer()
    {
        var run = Started(limits: EngineLimits.Default with { HistoryCountError = 3 });
        run.Signal("1");
        run.Signal("2");
        Assert.Equal("Workflow history count exceeds limit.", run.Signal("3").Refusal!.Message);
        run.ShouldRead(5, "5 WorkflowExecutionTerminated");
    }

    [Fact]
    public void A_run_whose_history_is_too_large_is_terminated()
    {
        var run = Started(limits: EngineLimits.Default with { HistorySizeError = 600 });
        var task = run.StartTask();
        Assert.Null(run.Complete(task, request => request.Identity = new string('x', 700)).Refusal);
        run.Signal("wake");
        Assert.True(run.State.IsClosed);
        run.ShouldRead(5, "5 WorkflowExecutionTerminated");
    }

    [Fact]
    public void A_task_of_a_run_that_is_too_large_is_handed_to_no_worker()
    {
        var run = Started(limits: EngineLimits.Default with { HistorySizeError = 600 });
        run.Signal(new string('x', 700));
        var task = run.State.WorkflowTask!;
        Assert.Equal(RefusalCode.NotFound, run.Ask(new StartWorkflowTask(run.Target, task.ScheduledEventId, task.Attempt, new PollWorkflowTaskQueueRequest(), "id", false)).Refusal!.Code);
        run.ShouldRead(4, "4 WorkflowExecutionTerminated");
    }

    private static SignalWithStart SignalWithStart(string name) => new(NamespaceId, new SignalWithStartWorkflowExecutionRequest
    {
        WorkflowId = WorkflowId,
        SignalName = name,
        RequestId = name,
        WorkflowType = new WorkflowType { Name = "Type" },
        TaskQueue = new TaskQueue { Name = "queue" },
    });
}
