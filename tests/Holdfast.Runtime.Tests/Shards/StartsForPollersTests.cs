using Holdfast.Engine;
using Holdfast.Runtime.Matching;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Runtime.Tests.Shards;

public sealed class StartsForPollersTests
{
    [Fact]
    public async Task An_activity_for_a_waiting_poller_is_started_in_the_row_that_schedules_it()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        var activity = worker.PollActivity();
        await worker.Start("w");
        await worker.Complete(await worker.Task(), Worker.ScheduleActivity("a"));

        Assert.Equal("a", (await activity).Reply!.ActivityId);
        Assert.Equal(2, host.Store.Committed.Count);
    }

    [Fact]
    public async Task A_workflow_task_for_a_waiting_poller_is_started_behind_the_row_that_schedules_it()
    {
        await using var host = await ShardHost.StartAsync();
        var poll = new Worker(host).PollTask();
        await new Worker(host).Start("w");

        Assert.Equal(3, (await poll).Reply!.Head.StartedEventId);

        // The start may lag: a crash loses it, and the task is owed again at once.
        Assert.Equal(2, Assert.Single(host.Store.Committed).LastEventId);
        await host.CrashAsync();
        Assert.Equal(1, (await new Worker(host).Task()).Head.Attempt);
    }

    [Fact]
    public async Task A_waiting_poller_hears_of_nothing_that_is_not_durable()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        var activity = worker.PollActivity();
        await worker.Start("w");
        var task = await worker.Task();
        var begun = host.Store.Begun;
        host.Store.HoldCommits();
        var completion = worker.Complete(task, Worker.ScheduleActivity("a"));
        while (host.Store.Begun == begun)
            await Task.Yield();

        Assert.False(activity.IsCompleted);
        host.Store.LetCommitsGo();
        await completion;
        Assert.Equal("a", (await activity).Reply!.ActivityId);
    }

    [Fact]
    public async Task A_poller_whose_start_could_not_be_written_polls_on_and_gets_the_task_when_it_can()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        var poll = worker.PollTask();
        var activity = worker.PollActivity();
        host.Store.CommitFailure = new IOException("The disk is full.");
        await Assert.ThrowsAsync<InvalidOperationException>(() => worker.Start("w"));
        Assert.False(poll.IsCompleted);
        host.Store.CommitFailure = null;
        await worker.Start("w");
        var task = (await poll).Reply!;

        host.Store.CommitFailure = new IOException("The disk is full.");
        Assert.Equal(RefusalCode.Unavailable, (await worker.TryComplete(task, false, null, Worker.ScheduleActivity("a"))).Refusal!.Code);
        Assert.False(activity.IsCompleted);
        host.Store.CommitFailure = null;
        await worker.Complete(await worker.Task(), Worker.ScheduleActivity("a"));
        Assert.Equal(1, (await activity).Reply!.Attempt);
    }

    [Fact]
    public async Task A_poller_that_goes_while_its_activity_is_being_started_leaves_the_attempt_to_the_next()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        using var gone = new CancellationTokenSource();
        var lost = worker.PollActivity(gone.Token);
        await worker.Start("w");
        var task = await worker.Task();
        var begun = host.Store.Begun;
        host.Store.HoldCommits();
        var completion = worker.Complete(task, Worker.ScheduleActivity("a"));
        while (host.Store.Begun == begun)
            await Task.Yield();
        await gone.CancelAsync();
        host.Store.LetCommitsGo();
        await completion;

        Assert.Null((await lost).Reply);
        Assert.Equal(1, (await worker.PollActivity()).Reply!.Attempt);
    }

    [Fact]
    public async Task A_poller_that_goes_while_its_workflow_task_is_being_started_leaves_it_to_the_next_at_once()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        using var gone = new CancellationTokenSource();
        var lost = worker.PollTask(cancellation: gone.Token);
        var begun = host.Store.Begun;
        host.Store.HoldCommits();
        var start = worker.Start("w");
        while (host.Store.Begun == begun)
            await Task.Yield();
        await gone.CancelAsync();
        host.Store.LetCommitsGo();
        await start;

        Assert.Null((await lost).Reply);
        Assert.Equal("w", (await worker.Task()).Head.WorkflowExecution.WorkflowId);
    }

    [Fact]
    public async Task A_queue_with_a_dispatch_rate_lets_no_task_pass_it()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        var poller = new Poller("limited", "", MaxTasksPerSecond: 0);
        await host.Queues.PollAsync(new TaskQueueKey(Requests.Namespace, "q", TaskQueueType.Activity), poller, TimeSpan.Zero, CancellationToken.None);
        var activity = worker.PollActivity();
        await worker.Start("w");

        await worker.Complete(await worker.Task(), Worker.ScheduleActivity("a"));

        Assert.Equal(1, host.Queues.Describe(Requests.Namespace, "q", TaskQueueType.Activity).BacklogCount);
        Assert.False(activity.IsCompleted);
    }

    [Fact]
    public async Task Polls_end_when_the_server_stops_and_later_ones_at_once()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        var poll = worker.PollTask();

        host.Queues.EndPolls();

        Assert.Null((await poll).Reply);
        Assert.Null((await worker.PollActivity()).Reply);
    }
}
