using Holdfast.Engine;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Runtime.Matching;
using Microsoft.Extensions.Time.Testing;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Tests.Matching;

public sealed class TaskQueuesTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider time = new();
    private readonly TaskQueues queues;

    public TaskQueuesTests() => queues = new TaskQueues(time);

    [Fact]
    public async Task A_waiting_poller_gets_a_task_at_once()
    {
        var poll = Poll("q");
        Assert.False(poll.IsCompleted);

        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q"));

        Assert.Equal("a", (await poll)!.Task!.Key.Run.WorkflowId);
    }

    [Fact]
    public async Task A_backlog_is_handed_out_in_order_of_arrival()
    {
        foreach (var id in new[] { "a", "b", "c" })
            queues.AddWorkflowTask(Run(id), WorkflowTask(2, "q"));

        Assert.Equal(["a", "b", "c"], [await PolledId("q"), await PolledId("q"), await PolledId("q")]);
    }

    [Fact]
    public async Task The_poller_that_has_waited_longest_is_served_first()
    {
        var first = Poll("q");
        var second = Poll("q");

        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q"));

        await first;
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task The_same_attempt_waits_only_once_and_another_attempt_beside_it()
    {
        queues.AddActivityTask(Run("a"), new Obligation.DispatchActivity(5, 1, "q"));
        queues.AddActivityTask(Run("a"), new Obligation.DispatchActivity(5, 1, "q"));
        queues.AddActivityTask(Run("a"), new Obligation.DispatchActivity(5, 2, "q"));

        Assert.Equal(2, queues.Describe("ns", "q", TaskQueueType.Activity).BacklogCount);
        Assert.Equal(1, (await Poll("q", TaskQueueType.Activity))!.Task!.Key.Attempt);
        Assert.Equal(2, (await Poll("q", TaskQueueType.Activity))!.Task!.Key.Attempt);
    }

    [Fact]
    public async Task Workflow_and_activity_tasks_of_one_queue_name_do_not_mix()
    {
        queues.AddActivityTask(Run("a"), new Obligation.DispatchActivity(5, 1, "q"));

        Assert.False(Poll("q").IsCompleted);
        Assert.NotNull(await Poll("q", TaskQueueType.Activity));
    }

    [Fact]
    public async Task A_poll_ends_empty_when_its_time_is_over_and_takes_no_later_task_with_it()
    {
        var poll = Poll("q");
        time.Advance(Wait);
        Assert.Null(await poll);

        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q"));
        Assert.Equal("a", await PolledId("q"));
    }

    [Fact]
    public async Task A_cancelled_poll_ends_empty_and_takes_no_later_task_with_it()
    {
        using var cancellation = new CancellationTokenSource();
        var poll = Poll("q", cancellation: cancellation.Token);
        await cancellation.CancelAsync();
        Assert.Null(await poll);

        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q"));
        Assert.Equal("a", await PolledId("q"));
    }

    [Fact]
    public async Task A_poll_cancelled_after_its_match_still_has_the_task_and_can_give_it_back_to_the_front()
    {
        using var cancellation = new CancellationTokenSource();
        var poll = Poll("q", cancellation: cancellation.Token);
        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q"));
        await cancellation.CancelAsync();
        queues.AddWorkflowTask(Run("b"), WorkflowTask(2, "q"));

        queues.PutBack((await poll)!);

        Assert.Equal(["a", "b"], [await PolledId("q"), await PolledId("q")]);
    }

    [Fact]
    public async Task A_thousand_racing_tasks_and_cancelled_polls_lose_nothing_and_double_nothing()
    {
        const int Count = 1_000;
        using var cancellation = new CancellationTokenSource();
        var polls = Enumerable.Range(0, Count).Select(_ => Poll("q", cancellation: cancellation.Token)).ToArray();

        var adding = Task.Run(() =>
        {
            for (var i = 0; i < Count; i++)
                queues.AddWorkflowTask(Run($"w{i}"), WorkflowTask(2, "q"));
        });
        await cancellation.CancelAsync();
        await adding;

        var given = (await Task.WhenAll(polls)).Where(matched => matched is not null).Select(matched => matched!.Task!.Key.Run.WorkflowId).ToList();
        while (queues.Describe("ns", "q", TaskQueueType.Workflow).BacklogCount > 0)
            given.Add(await PolledId("q"));
        Assert.Equal(Count, given.Count);
        Assert.Equal(Count, given.Distinct().Count());
    }

    [Fact]
    public async Task A_withdrawn_task_is_not_handed_out()
    {
        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q"));
        queues.AddWorkflowTask(Run("b"), WorkflowTask(2, "q"));

        queues.Withdraw(Run("a"), WorkflowTask(2, "q"));

        Assert.Equal("b", await PolledId("q"));
    }

    [Fact]
    public async Task A_sticky_task_waits_for_the_worker_that_polled_within_ten_seconds()
    {
        await EmptyPoll("sticky");
        time.Advance(TimeSpan.FromSeconds(10));

        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q", "sticky"));

        Assert.Equal("a", await PolledId("sticky"));
    }

    [Fact]
    public async Task A_sticky_task_goes_to_the_normal_queue_when_its_worker_has_not_polled_for_longer()
    {
        await EmptyPoll("sticky");
        time.Advance(TimeSpan.FromSeconds(11));

        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q", "sticky"));

        Assert.Equal("a", await PolledId("q"));
    }

    [Fact]
    public async Task A_sticky_task_of_a_queue_never_polled_goes_to_the_normal_queue()
    {
        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q", "sticky"));

        Assert.Equal("a", await PolledId("q"));
    }

    [Fact]
    public async Task Shutting_a_worker_down_moves_its_sticky_tasks_and_sends_later_ones_to_the_normal_queue()
    {
        await EmptyPoll("sticky");
        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q", "sticky"));

        queues.ShutdownWorker("ns", new ShutdownWorkerRequest { StickyTaskQueue = "sticky" });
        queues.AddWorkflowTask(Run("b"), WorkflowTask(2, "q", "sticky"));

        Assert.Equal(["a", "b"], [await PolledId("q"), await PolledId("q")]);
    }

    [Fact]
    public async Task Shutting_a_worker_down_ends_its_open_and_late_polls_but_nobody_elses()
    {
        var own = Poll("q", worker: "w1");
        var ownActivity = Poll("q", TaskQueueType.Activity, worker: "w1");
        var other = Poll("q", worker: "w2");

        queues.ShutdownWorker("ns", new ShutdownWorkerRequest { WorkerInstanceKey = "w1" });

        Assert.Null(await own);
        Assert.Null(await ownActivity);
        Assert.Null(await Poll("q", worker: "w1"));
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task A_task_given_back_to_a_sticky_queue_whose_worker_went_goes_to_the_front_of_the_normal_queue()
    {
        var poll = Poll("sticky");
        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q", "sticky"));
        queues.AddWorkflowTask(Run("b"), WorkflowTask(2, "q"));
        var matched = await poll;
        queues.ShutdownWorker("ns", new ShutdownWorkerRequest { StickyTaskQueue = "sticky" });

        queues.PutBack(matched!);

        Assert.Equal(["a", "b"], [await PolledId("q"), await PolledId("q")]);
    }

    [Fact]
    public async Task A_rate_holds_activities_back_even_from_waiting_pollers()
    {
        var polls = Enumerable.Range(0, 3).Select(_ => Poll("q", TaskQueueType.Activity, rate: 2)).ToArray();
        for (var i = 0; i < 3; i++)
            queues.AddActivityTask(Run($"w{i}"), new Obligation.DispatchActivity(5, 1, "q"));

        await polls[0];
        await polls[1];
        Assert.False(polls[2].IsCompleted);

        time.Advance(TimeSpan.FromSeconds(0.6));
        Assert.Equal("w2", (await polls[2])!.Task!.Key.Run.WorkflowId);
    }

    [Fact]
    public async Task Pollers_are_described_for_five_minutes()
    {
        await EmptyPoll("q");
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("tester", Assert.Single(queues.Describe("ns", "q", TaskQueueType.Workflow).Pollers).Identity);

        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(queues.Describe("ns", "q", TaskQueueType.Workflow).Pollers);
    }

    [Fact]
    public async Task The_age_of_a_backlog_is_that_of_its_oldest_task()
    {
        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "q"));
        time.Advance(TimeSpan.FromSeconds(7));
        queues.AddWorkflowTask(Run("b"), WorkflowTask(2, "q"));

        Assert.Equal(TimeSpan.FromSeconds(7), queues.Describe("ns", "q", TaskQueueType.Workflow).BacklogAge);
        await PolledId("q");
        Assert.Equal(TimeSpan.Zero, queues.Describe("ns", "q", TaskQueueType.Workflow).BacklogAge);
    }

    [Fact]
    public async Task A_queue_that_nobody_used_for_long_is_forgotten_and_comes_back_when_named()
    {
        await EmptyPoll("old");
        var before = queues.Find("ns", "old", TaskQueueType.Workflow);
        time.Advance(TimeSpan.FromMinutes(6));
        await EmptyPoll("another");

        Assert.NotNull(before);
        Assert.Null(queues.Find("ns", "old", TaskQueueType.Workflow));
        queues.AddWorkflowTask(Run("a"), WorkflowTask(2, "old"));
        Assert.Equal("a", await PolledId("old"));
    }

    [Fact]
    public async Task When_too_many_tasks_wait_what_would_add_to_a_long_backlog_is_refused_until_some_are_taken()
    {
        var bounded = new TaskQueues(time, maxBacklog: 100);
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(bounded.RefuseMore(Start("long")));
            bounded.AddWorkflowTask(Run($"{i}"), WorkflowTask(2, "long"));
        }

        var refusal = bounded.RefuseMore(Start("long"))!;
        Assert.Equal(RefusalCode.ResourceExhausted, refusal.Code);
        Assert.Null(bounded.RefuseMore(Start("short")));

        // What is owed already finds its place all the same, so that nothing is lost.
        bounded.AddWorkflowTask(Run("owed"), WorkflowTask(2, "long"));
        Assert.Equal(101, bounded.Describe("ns", "long", TaskQueueType.Workflow).BacklogCount);

        bounded.Withdraw(Run("owed"), WorkflowTask(2, "long"));
        Assert.NotNull(bounded.RefuseMore(Start("long")));
        await bounded.PollAsync(new TaskQueueKey("ns", "long", TaskQueueType.Workflow), new Poller("tester", "", null), Wait, default);
        Assert.Null(bounded.RefuseMore(Start("long")));
    }

    [Fact]
    public void Many_short_backlogs_are_bounded_together()
    {
        var bounded = new TaskQueues(time, maxBacklog: 100);
        for (var i = 0; i < 200; i++)
        {
            Assert.Null(bounded.RefuseMore(Start($"q{i}")));
            bounded.AddWorkflowTask(Run($"{i}"), WorkflowTask(2, $"q{i}"));
        }

        Assert.NotNull(bounded.RefuseMore(Start("one more")));
    }

    [Fact]
    public async Task Tasks_that_move_from_a_sticky_queue_to_the_normal_one_count_once()
    {
        var bounded = new TaskQueues(time, maxBacklog: 10);
        await bounded.PollAsync(new TaskQueueKey("ns", "sticky", TaskQueueType.Workflow), new Poller("tester", "", null), TimeSpan.Zero, default);
        for (var i = 0; i < 9; i++)
            bounded.AddWorkflowTask(Run($"{i}"), WorkflowTask(2, "q", "sticky"));

        bounded.ShutdownWorker("ns", new ShutdownWorkerRequest { StickyTaskQueue = "sticky" });

        Assert.Equal(9, bounded.Describe("ns", "q", TaskQueueType.Workflow).BacklogCount);
        Assert.Null(bounded.RefuseMore(Start("q")));
        bounded.AddWorkflowTask(Run("9"), WorkflowTask(2, "q"));
        Assert.NotNull(bounded.RefuseMore(Start("q")));
    }

    private static StartWorkflow Start(string queue) => new("ns", new StartWorkflowExecutionRequest { TaskQueue = new() { Name = queue } });

    private static RunKey Run(string workflowId) => new("ns", workflowId, "run");

    private static Obligation.DispatchWorkflowTask WorkflowTask(long scheduledEventId, string queue, string sticky = "") =>
        new(scheduledEventId, 1, queue, sticky);

    private Task<MatchedTask?> Poll(
        string queue,
        TaskQueueType type = TaskQueueType.Workflow,
        string worker = "",
        double? rate = null,
        CancellationToken cancellation = default) =>
        queues.PollAsync(new TaskQueueKey("ns", queue, type), new Poller("tester", worker, rate), Wait, cancellation).AsTask();

    private async Task EmptyPoll(string queue) =>
        Assert.Null(await queues.PollAsync(new TaskQueueKey("ns", queue, TaskQueueType.Workflow), new Poller("tester", "", null), TimeSpan.Zero, default));

    private async Task<string> PolledId(string queue) => (await Poll(queue).WaitAsync(TimeSpan.FromSeconds(60)))!.Task!.Key.Run.WorkflowId;
}
