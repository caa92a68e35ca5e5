using static Holdfast.Engine.Tests.Traces.RunTrace;

namespace Holdfast.Engine.Tests.Workflows.Timers;

public class TimerTests
{
    private static readonly TimeSpan OneMonth = TimeSpan.FromDays(30);

    [Fact]
    public void A_timer_fires_at_its_time_and_not_before()
    {
        var run = Started();
        run.Turn(Timer("reminder", OneMonth));

        run.After(OneMonth - TimeSpan.FromTicks(1));
        run.ShouldRead(5, "5 TimerStarted reminder");

        run.After(TimeSpan.FromTicks(1));
        run.ShouldRead(5, "5 TimerStarted reminder", "6 TimerFired reminder", "7 WorkflowTaskScheduled");
    }

    [Fact]
    public void A_second_timer_with_a_pending_id_undoes_the_whole_turn()
    {
        var run = Started();
        var answer = run.Turn(Timer("reminder", OneMonth), Timer("reminder", OneMonth));
        Assert.Equal("StartTimerDuplicateId: Timer 'reminder' is already pending.", answer.Refusal!.Message);
        run.ShouldRead(4, "4 WorkflowTaskFailed StartTimerDuplicateId");
        Assert.Empty(run.State.PendingTimers);
    }

    [Fact]
    public void A_timer_id_may_be_used_again_once_the_timer_has_fired()
    {
        var run = Started();
        run.Turn(Timer("again", TimeSpan.FromSeconds(1)));
        run.After(TimeSpan.FromSeconds(1));
        Assert.Null(run.Turn(Timer("again", TimeSpan.FromSeconds(1))).Refusal);
    }

    [Fact]
    public void Timers_that_are_due_together_fire_in_the_order_of_their_times_and_share_one_workflow_task()
    {
        var run = Started();
        run.Turn(Timer("b", TimeSpan.FromSeconds(2)), Timer("a", TimeSpan.FromSeconds(1)));
        run.StartTaskBySignal(out var task);
        run.After(TimeSpan.FromSeconds(2));
        run.Complete(task);
        run.ShouldRead(11, "11 TimerFired a", "12 TimerFired b", "13 WorkflowTaskScheduled");
    }

    [Fact]
    public void Cancelling_a_timer_whose_firing_is_still_buffered_takes_the_firing_back_and_lets_the_workflow_complete()
    {
        var run = Started();
        run.Turn(Timer("t", TimeSpan.FromSeconds(1)));
        run.StartTaskBySignal(out var task);
        run.After(TimeSpan.FromSeconds(1));
        var answer = run.Complete(task, request => request.Commands.AddRange([CancelTimer("t"), CompleteWorkflow()]));
        Assert.Null(answer.Refusal);
        run.ShouldRead(9, "9 WorkflowTaskCompleted", "10 TimerCanceled t", "11 WorkflowExecutionCompleted");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_timer_that_is_not_longer_than_zero_fails_the_workflow_task(int seconds)
    {
        var run = Started();
        run.Turn(Timer("t", TimeSpan.FromSeconds(seconds)));
        run.ShouldRead(4, "4 WorkflowTaskFailed BadStartTimerAttributes");
    }
}
