using Holdfast.Engine;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Activities;
using Holdfast.Engine.Workflows.Signals;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Holdfast.Runtime.Tests.Shards;
using Holdfast.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Tests.Matching;

public sealed class PollTests
{
    [Fact]
    public async Task A_started_workflow_reaches_a_worker_with_its_history()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        var poll = worker.PollTask();
        await worker.Start("w");

        var task = (await poll).Reply!;

        Assert.Equal("w", task.Head.WorkflowExecution.WorkflowId);
        Assert.Equal(3, task.Head.StartedEventId);
        Assert.Equal(
            [EventType.WorkflowExecutionStarted, EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted],
            Worker.Types(task.History));
    }

    [Fact]
    public async Task A_workflow_runs_to_its_end_through_an_activity()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        await worker.Complete(await worker.Task(), Worker.ScheduleActivity("a"));

        var activity = (await worker.PollActivity()).Reply!;
        Assert.Equal("a", activity.ActivityId);
        await host.Get(new CompleteActivity(ActivityLookup.ByToken(TaskToken.Parse(activity.TaskToken)!), null, "worker"));
        await worker.Complete(await worker.Task(), Worker.CompleteWorkflow());

        Assert.Equal(WorkflowExecutionStatus.Completed, (await host.Read("w"))!.State.Status);
    }

    [Fact]
    public async Task A_sticky_task_carries_only_what_is_new()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        var first = await worker.Task();
        var stickyPoll = worker.PollTask(Worker.Sticky);
        await worker.CompleteSticky(first);
        await Signal(host, "w");

        var task = (await stickyPoll).Reply!;

        Assert.Equal(4, task.History.FirstEventId);
        Assert.Equal(
            [EventType.WorkflowTaskCompleted, EventType.WorkflowExecutionSignaled, EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted],
            Worker.Types(task.History));
    }

    [Fact]
    public async Task A_task_that_waits_in_a_sticky_queue_moves_to_the_normal_one_when_stickiness_is_reset()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        var first = await worker.Task();
        var busy = worker.PollTask(Worker.Sticky);
        await worker.CompleteSticky(first);
        await Signal(host, "w");
        await worker.CompleteSticky((await busy).Reply!);
        await Signal(host, "w");

        await host.Get(new ResetStickyTaskQueue(new WorkflowTarget(Requests.Namespace, "w")));
        Assert.Equal(1, (await worker.Task()).History.FirstEventId);
    }

    [Fact]
    public async Task A_task_for_a_sticky_worker_that_is_gone_reaches_the_normal_queue_with_the_whole_history()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        await worker.CompleteSticky(await worker.Task());
        await Signal(host, "w");

        var task = await worker.Task();

        Assert.Equal(1, task.History.FirstEventId);
        Assert.Equal("", (await host.Read("w"))!.State.StickyQueue);
    }

    [Fact]
    public async Task A_stale_task_is_dropped_and_the_poller_goes_on_waiting()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        host.Queues.AddWorkflowTask(new RunKey(Requests.Namespace, "gone", "run"), new Obligation.DispatchWorkflowTask(2, 1, "q", ""));
        var poll = worker.PollTask();

        await worker.Start("w");

        Assert.Equal("w", (await poll).Reply!.Head.WorkflowExecution.WorkflowId);
    }

    [Fact]
    public async Task A_task_that_could_not_be_started_goes_back_to_the_queue()
    {
        await using var host = await ShardHost.StartAsync(cacheBytes: 1);
        var worker = new Worker(host);
        await worker.Start("w");
        await worker.Start("other");
        host.Store.LoadFailure = _ => new IOException("the disk is slow");
        Assert.Equal(RefusalCode.Unavailable, (await worker.PollTask()).Refusal!.Code);
        host.Store.LoadFailure = _ => null;

        Assert.Equal("w", (await worker.Task()).Head.WorkflowExecution.WorkflowId);
    }

    [Fact]
    public async Task The_task_of_a_damaged_run_lets_the_others_pass_and_waits_for_its_mending()
    {
        await using var host = await ShardHost.StartAsync(cacheBytes: 1);
        var worker = new Worker(host);
        await worker.Start("bad");
        await worker.Start("good");
        host.Store.LoadFailure = run => run.WorkflowId == "bad" ? new DamagedRunException(run, "row 1 is missing.") : null;

        Assert.Equal(RefusalCode.DataLoss, (await worker.PollTask()).Refusal!.Code);
        Assert.Equal("good", (await worker.Task()).Head.WorkflowExecution.WorkflowId);
        host.Store.LoadFailure = _ => null;
        host.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("bad", (await worker.Task()).Head.WorkflowExecution.WorkflowId);
    }

    [Fact]
    public async Task A_message_to_a_damaged_run_waits_for_its_mending()
    {
        await using var host = await ShardHost.StartAsync(cacheBytes: 1);
        var worker = new Worker(host);
        await worker.Start("bad");
        await worker.Complete(await worker.Task());
        await worker.Start("sender");
        var task = await worker.Task();
        host.Store.LoadFailure = run => run.WorkflowId == "bad" ? new DamagedRunException(run, "row 1 is missing.") : null;
        var loads = host.Store.Loads;

        await worker.Complete(task, Worker.SignalOther("bad"));
        while (host.Store.Loads == loads)
            await Task.Yield();
        host.Store.LoadFailure = _ => null;
        host.Time.Advance(TimeSpan.FromMinutes(1));

        var signalled = host.Watch("bad", run => Worker.Types(run.History).Contains(EventType.WorkflowExecutionSignaled));
        while (!signalled.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        Assert.NotNull(await signalled);
    }

    [Fact]
    public async Task A_poll_that_was_cancelled_takes_no_task_with_it()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        using var cancellation = new CancellationTokenSource();
        var poll = worker.PollTask(cancellation: cancellation.Token);
        await cancellation.CancelAsync();
        Assert.Null((await poll).Reply);

        await worker.Start("w");
        Assert.Equal("w", (await worker.Task()).Head.WorkflowExecution.WorkflowId);
    }

    [Fact]
    public async Task Polls_cancelled_while_tasks_come_lose_no_task()
    {
        const int Count = 200;
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        using var cancellation = new CancellationTokenSource();
        var polls = Enumerable.Range(0, Count).Select(_ => worker.PollTask(cancellation: cancellation.Token)).ToArray();
        var starting = Task.WhenAll(Enumerable.Range(0, Count).Select(i => worker.Start($"w{i}")));
        await cancellation.CancelAsync();
        await starting;

        var seen = (await Task.WhenAll(polls)).Where(answer => answer.Reply is not null).Select(answer => answer.Reply!.Head.WorkflowExecution.WorkflowId).ToHashSet();
        while (seen.Count < Count)
            Assert.True(seen.Add((await worker.Task()).Head.WorkflowExecution.WorkflowId));
    }

    [Fact]
    public async Task A_workflow_task_whose_worker_vanished_comes_again_after_its_timeout()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        await worker.Task();
        var again = worker.PollTask();

        host.Time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(2, (await again).Reply!.Head.Attempt);
    }

    [Fact]
    public async Task An_activity_is_retried_when_its_backoff_is_over_although_nothing_is_written_then()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        await worker.Complete(await worker.Task(), Worker.ScheduleActivity("a", TimeSpan.FromSeconds(100)));
        var first = (await worker.PollActivity()).Reply!;
        await host.Get(new FailActivity(
            ActivityLookup.ByToken(TaskToken.Parse(first.TaskToken)!), new Failure { Message = "no", ApplicationFailureInfo = new() }, null, "worker"));
        var second = worker.PollActivity();
        Assert.False(second.IsCompleted);

        host.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, (await second.WaitAsync(TimeSpan.FromSeconds(60))).Reply!.Attempt);
    }

    [Fact]
    public async Task A_signal_to_another_workflow_is_delivered_and_recorded_by_the_sender()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("receiver");
        await worker.Complete(await worker.Task());
        await worker.Start("sender");

        await worker.Complete(await worker.Task(), Worker.SignalOther("receiver"));

        await host.Watch("receiver", run => Worker.Types(run.History).Contains(EventType.WorkflowExecutionSignaled));
        await host.Watch("sender", run => Worker.Types(run.History).Contains(EventType.ExternalWorkflowExecutionSignaled));
    }

    [Fact]
    public async Task A_signal_owed_at_a_crash_is_delivered_after_it_exactly_once()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("receiver");
        await worker.Complete(await worker.Task());
        await worker.Start("sender");
        var task = await worker.Task();
        host.Store.LoadFailure = run => run.WorkflowId == "receiver" ? new IOException("not now") : null;
        await worker.Complete(task, Worker.SignalOther("receiver"));
        await host.CrashAsync();

        var sent = await host.Watch("sender", run => Worker.Types(run.History).Contains(EventType.ExternalWorkflowExecutionSignaled));

        Assert.NotNull(sent);
        var received = await host.Watch("receiver", run => Worker.Types(run.History).Contains(EventType.WorkflowExecutionSignaled));
        Assert.Single(Worker.Types(received!.History), type => type == EventType.WorkflowExecutionSignaled);
    }

    [Fact]
    public async Task Every_step_of_a_workflow_survives_a_crash()
    {
        await using var host = await ShardHost.StartAsync();
        await new Worker(host).Start("w");
        await host.CrashAsync();
        var worker = new Worker(host);
        await worker.Complete(await worker.Task(), Worker.ScheduleActivity("a"));
        await host.CrashAsync();
        worker = new Worker(host);
        var activity = (await worker.PollActivity()).Reply!;
        await host.CrashAsync();
        worker = new Worker(host);
        await host.Get(new CompleteActivity(ActivityLookup.ByToken(TaskToken.Parse(activity.TaskToken)!), null, "worker"));
        await host.CrashAsync();
        worker = new Worker(host);
        await worker.Complete(await worker.Task(), Worker.CompleteWorkflow());
        await host.CrashAsync();

        Assert.Equal(WorkflowExecutionStatus.Completed, (await host.Read("w"))!.State.Status);
    }

    [Fact]
    public async Task A_reloaded_run_equals_the_one_in_memory()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        await worker.CompleteSticky(await worker.Task(), Worker.ScheduleActivity("a"), Worker.ScheduleActivity("b"));
        await worker.PollActivity();
        await Signal(host, "w");
        var before = (await host.Read("w"))!;

        await host.RestartAsync();

        var after = (await host.Read("w"))!;
        Assert.Equal(Worker.Types(before.History), Worker.Types(after.History));
        var now = host.Time.GetUtcNow().UtcDateTime;
        Assert.Equal(Debts.Of(before.State, now).WakeAt, Debts.Of(after.State, now).WakeAt);
        Assert.Equal(Debts.Of(before.State, now).Now.AsEnumerable(), Debts.Of(after.State, now).Now.AsEnumerable());
    }

    internal static Task<SignalWorkflowExecutionResponse> Signal(ShardHost host, string workflowId) => host.Get(new SignalWorkflow(
        new WorkflowTarget(Requests.Namespace, workflowId),
        new SignalWorkflowExecutionRequest { SignalName = "s", RequestId = Guid.NewGuid().ToString() }));
}
