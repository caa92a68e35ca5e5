using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Runtime.Shards;
using Holdfast.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Runtime.Tests.Shards;

public sealed class ShardTests
{
    [Fact]
    public async Task An_answer_leaves_only_when_its_change_is_durable()
    {
        await using var host = await ShardHost.StartAsync();
        host.Store.HoldCommits();

        var create = host.Ask(Requests.Create("w"));
        var read = host.Read("w");
        Assert.False(create.IsCompleted);
        Assert.False(read.IsCompleted);

        host.Store.LetCommitsGo();
        Assert.Equal("run-1", (await create).Answer.Reply);
        Assert.Equal("run-1", (await read)!.State.Key.RunId);
    }

    [Fact]
    public async Task A_refusal_that_rests_on_an_undurable_change_waits_for_it_too()
    {
        await using var host = await ShardHost.StartAsync();
        host.Store.HoldCommits();

        var first = host.Ask(Requests.Create("w"));
        var second = host.Ask(Requests.Create("w"));
        host.Store.CommitFailure = new IOException("disk full");
        host.Store.LetCommitsGo();

        Assert.Equal(RefusalCode.Unavailable, (await first).Answer.Refusal!.Code);
        Assert.Equal(RefusalCode.Unavailable, (await second).Answer.Refusal!.Code);
    }

    [Fact]
    public async Task Requests_are_decided_ahead_of_the_disk_in_order()
    {
        await using var host = await ShardHost.StartAsync();
        host.Store.HoldCommits();

        List<Task<Told<long>>> signals = [];
        var create = host.Ask(Requests.Create("w"));
        for (var i = 0; i < 1_000; i++)
            signals.Add(host.Ask(Requests.Signal("w", $"s{i}")));
        host.Store.LetCommitsGo();

        await create;
        var answers = await Task.WhenAll(signals);
        Assert.Equal(Enumerable.Range(2, 1_000), answers.Select(told => (int)told.Answer.Reply));
        var history = (await host.Read("w"))!.History;
        for (var i = 0; i < 1_000; i++)
            Assert.Equal($"s{i}", HistoryEvent.Parser.ParseFrom(history[i + 1]).WorkflowExecutionSignaledEventAttributes.SignalName);
    }

    [Fact]
    public async Task A_slice_of_history_does_not_change_when_the_run_goes_on()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        var before = (await host.Read("w"))!.History;
        for (var i = 0; i < 50; i++)
            await host.Get(Requests.Signal("w"));

        Assert.Equal(1, before.Count);
        Assert.Equal(51, (await host.Read("w"))!.History.Count);
    }

    [Fact]
    public async Task A_failed_commit_is_forgotten_and_the_shard_serves_what_is_stored()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.Signal("w", "kept"));

        host.Store.HoldCommits();
        var first = host.Ask(Requests.Signal("w", "lost"));
        var second = host.Ask(Requests.Signal("w", "lost too"));
        host.Store.CommitFailure = new IOException("disk full");
        host.Store.LetCommitsGo();

        var refusal = (await first).Answer.Refusal!;
        Assert.Equal(RefusalCode.Unavailable, refusal.Code);
        Assert.Contains("disk full", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(RefusalCode.Unavailable, (await second).Answer.Refusal!.Code);
        Assert.Equal(2, (await host.Read("w"))!.History.Count);

        host.Store.CommitFailure = null;
        Assert.Equal(3, await host.Get(Requests.Signal("w", "after")));
    }

    [Fact]
    public async Task A_full_disk_refuses_writes_and_serves_reads()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        host.Store.CommitFailure = new IOException("disk full");

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(RefusalCode.Unavailable, (await host.Ask(Requests.Signal("w"))).Answer.Refusal!.Code);
            Assert.Equal(1, (await host.Read("w"))!.History.Count);
        }
    }

    [Fact]
    public async Task A_bug_in_a_decision_costs_one_request_and_not_the_shard()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));

        var refusal = (await host.Ask(Requests.Fail("w"))).Answer.Refusal!;

        Assert.Equal(RefusalCode.Internal, refusal.Code);
        Assert.Equal(2, await host.Get(Requests.Signal("w")));
    }

    [Fact]
    public async Task A_run_that_a_bug_met_is_loaded_anew_and_what_lagged_is_owed_again()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        var scheduled = await host.Get(Requests.ScheduleTask("w"));
        await host.NextTask();
        await host.Get(Requests.StartTask("w", scheduled));
        var loads = host.Store.Loads;

        await host.Ask(Requests.Fail("w"));

        Assert.Equal(scheduled, (await host.NextTask()).ScheduledEventId);
        Assert.Equal(loads + 1, host.Store.Loads);
    }

    [Fact]
    public async Task A_damaged_run_is_named_and_the_others_are_served()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("bad"));
        await host.Get(Requests.Create("good"));
        await host.RestartAsync();
        host.Store.LoadFailure = run => run.WorkflowId == "bad" ? new DamagedRunException(run, "row 1 is missing") : null;

        var refusal = (await host.Ask(Requests.Signal("bad"))).Answer.Refusal!;
        Assert.Equal(RefusalCode.DataLoss, refusal.Code);
        Assert.Contains("workflow bad, run run-1, is damaged: row 1 is missing", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RequestRefusedException>(() => host.Read("bad"));
        Assert.Equal(2, await host.Get(Requests.Signal("good")));
    }

    [Fact]
    public async Task A_damaged_run_is_not_read_again_for_each_who_asks_but_served_again_once_it_can_be_read()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("bad"));
        await host.RestartAsync();
        host.Store.LoadFailure = run => new DamagedRunException(run, "row 1 is missing");
        await host.Ask(Requests.Signal("bad"));
        var loads = host.Store.Loads;

        Assert.Equal(RefusalCode.DataLoss, (await host.Ask(Requests.Signal("bad"))).Answer.Refusal!.Code);
        Assert.Equal(loads, host.Store.Loads);
        host.Store.LoadFailure = _ => null;
        host.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, await host.Get(Requests.Signal("bad")));
    }

    [Fact]
    public async Task What_may_lag_is_answered_before_it_is_written_and_goes_with_the_next_row()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        var scheduled = await host.Get(Requests.ScheduleTask("w"));
        host.Store.HoldCommits();

        Assert.Equal(3, await host.Get(Requests.StartTask("w", scheduled)));
        var signal = host.Ask(Requests.Signal("w"));
        Assert.False(signal.IsCompleted);
        host.Store.LetCommitsGo();
        await signal;

        var last = host.Store.Committed[^1];
        Assert.Equal((3, 4), (last.FirstEventId, last.LastEventId));
        await host.CrashAsync();
        Assert.Equal(4, (await host.Read("w"))!.History.Count);
    }

    [Fact]
    public async Task What_lagged_in_a_crash_is_owed_again()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        var scheduled = await host.Get(Requests.ScheduleTask("w"));
        Assert.Equal("w", (await host.NextTask()).Run.WorkflowId);
        await host.Get(Requests.StartTask("w", scheduled));

        await host.CrashAsync();

        Assert.Equal(scheduled, (await host.NextTask()).ScheduledEventId);
    }

    [Fact]
    public async Task What_lags_is_written_after_a_few_seconds_and_when_the_server_stops()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("a"));
        await host.Get(Requests.StartTask("a", await host.Get(Requests.ScheduleTask("a"))));
        host.Store.HoldCommits();
        host.Time.Advance(TimeSpan.FromSeconds(6));
        host.Store.LetCommitsGo();
        await host.Get(Requests.Create("b"));
        await host.CrashAsync();
        Assert.Equal(3, (await host.Read("a"))!.History.Count);

        await host.Get(Requests.StartTask("b", await host.Get(Requests.ScheduleTask("b"))));
        await host.RestartAsync();
        Assert.Equal(3, (await host.Read("b"))!.History.Count);
    }

    [Fact]
    public async Task A_task_is_dispatched_only_when_it_is_durable_and_only_once()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        host.Store.HoldCommits();
        var poll = host.Poll();
        var schedule = host.Ask(Requests.ScheduleTask("w"));
        Assert.False(poll.IsCompleted);

        host.Store.LetCommitsGo();
        Assert.Equal("w", (await poll)!.Task!.Key.Run.WorkflowId);
        await schedule;

        await host.Get(Requests.Signal("w"));
        Assert.Equal(0, host.Queues.Describe("ns", "q", TaskQueueType.Workflow).BacklogCount);
    }

    [Fact]
    public async Task A_task_that_is_no_longer_owed_leaves_the_backlog()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.ScheduleTask("w"));
        Assert.Equal(1, host.Queues.Describe("ns", "q", TaskQueueType.Workflow).BacklogCount);

        await host.Get(Requests.Terminate("w"));

        Assert.Equal(0, host.Queues.Describe("ns", "q", TaskQueueType.Workflow).BacklogCount);
    }

    [Fact]
    public async Task After_a_restart_what_is_owed_is_dispatched_without_anybody_asking()
    {
        await using var host = await ShardHost.StartAsync();
        HashSet<string> expected = [];
        for (var i = 0; i < 600; i++)
        {
            await host.Get(Requests.Create($"w{i}"));
            await host.Get(Requests.ScheduleTask($"w{i}"));
            expected.Add($"w{i}");
        }

        await host.RestartAsync();

        while (expected.Count > 0)
            Assert.True(expected.Remove((await host.NextTask()).Run.WorkflowId));
    }

    [Fact]
    public async Task A_timer_fires_when_the_clock_gets_there()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.StartTimer("w", "t", TimeSpan.FromSeconds(30)));
        var fired = host.Watch("w", HasFired("t"));

        host.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(2, (await host.Read("w"))!.History.Count);
        host.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(await fired);
    }

    [Fact]
    public async Task A_timer_fires_although_the_shard_was_woken_a_little_too_early_for_it()
    {
        await using var host = await ShardHost.StartAsync(time: new EarlyTimers());
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.StartTimer("w", "t", TimeSpan.FromSeconds(20)));
        var fired = host.Watch("w", HasFired("t"));

        host.Time.Advance(TimeSpan.FromSeconds(20) - EarlyTimers.Early);
        Assert.Equal(2, (await host.Read("w"))!.History.Count);
        host.Time.Advance(EarlyTimers.Early);

        Assert.NotNull(await fired);
    }

    [Fact]
    public async Task A_timer_far_beyond_the_horizon_fires_too()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.StartTimer("w", "t", TimeSpan.FromDays(30)));
        await host.RestartAsync();

        host.Time.Advance(TimeSpan.FromDays(31));

        Assert.NotNull(await host.Watch("w", HasFired("t")));
    }

    [Fact]
    public async Task Timers_that_became_due_while_the_server_was_down_fire_at_its_start()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.StartTimer("w", "soon", TimeSpan.FromSeconds(5)));
        await host.Get(Requests.StartTimer("w", "later", TimeSpan.FromHours(5)));
        await host.Shards.DisposeAsync();
        host.Time.Advance(TimeSpan.FromHours(2));

        await host.CrashAsync();

        var run = await host.Watch("w", HasFired("soon"));
        Assert.False(HasFired("later")(run!));
    }

    [Fact]
    public async Task A_timer_of_an_evicted_run_fires()
    {
        await using var host = await ShardHost.StartAsync(cacheBytes: 1);
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.StartTimer("w", "t", TimeSpan.FromSeconds(30)));
        await host.Get(Requests.Create("other"));
        var loads = host.Store.Loads;

        host.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.NotNull(await host.Watch("w", HasFired("t")));
        Assert.True(host.Store.Loads > loads);
    }

    [Fact]
    public async Task Timers_wait_while_commits_fail_and_fire_when_the_disk_is_back()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.StartTimer("w", "t", TimeSpan.FromSeconds(10)));
        host.Store.CommitFailure = new IOException("disk full");
        host.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(RefusalCode.Unavailable, (await host.Ask(Requests.Signal("w"))).Answer.Refusal!.Code);

        host.Store.CommitFailure = null;
        var fired = host.Watch("w", HasFired("t"));
        while (!fired.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.NotNull(await fired);
    }

    [Fact]
    public async Task A_watch_is_checked_at_once_and_after_each_commit()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        Assert.Equal(1, (await host.Watch("w", run => run.History.Count == 1))!.History.Count);

        var two = host.Watch("w", run => run.History.Count >= 2);
        var three = host.Watch("w", run => run.History.Count >= 3);
        await host.Get(Requests.Signal("w"));
        await two;
        Assert.False(three.IsCompleted);
        await host.Get(Requests.Signal("w"));
        await three;
    }

    [Fact]
    public async Task A_watch_sees_nothing_that_is_not_durable()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        host.Store.HoldCommits();
        var signal = host.Ask(Requests.Signal("w"));
        var watch = host.Watch("w", run => run.History.Count == 2);
        host.Store.CommitFailure = new IOException("disk full");
        host.Store.LetCommitsGo();
        await signal;
        Assert.False(watch.IsCompleted);

        host.Store.CommitFailure = null;
        await host.Get(Requests.Signal("w"));
        Assert.Equal(2, (await watch)!.History.Count);
    }

    [Fact]
    public async Task A_cancelled_watch_gives_the_latest_snapshot()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        using var cancellation = new CancellationTokenSource();
        var watch = host.Watch("w", _ => false, cancellation.Token);
        await host.Get(Requests.Signal("w"));

        await cancellation.CancelAsync();

        Assert.Equal(2, (await watch)!.History.Count);
    }

    [Fact]
    public async Task A_watch_of_no_run_gives_null()
    {
        await using var host = await ShardHost.StartAsync();
        Assert.Null(await host.Watch("nobody", _ => true));
        Assert.Null(await host.Read("nobody"));
    }

    [Fact]
    public async Task Watches_end_when_the_server_stops()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        var watch = host.Watch("w", _ => false);
        await host.Read("w");

        await host.Shards.DisposeAsync();

        Assert.Equal(1, (await watch)!.History.Count);
    }

    [Fact]
    public async Task A_run_that_was_evicted_comes_back_as_it_was()
    {
        await using var host = await ShardHost.StartAsync(cacheBytes: 1);
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.Signal("w"));
        var before = (await host.Read("w"))!;
        for (var i = 0; i < 10; i++)
            await host.Get(Requests.Create($"other{i}"));
        var loads = host.Store.Loads;

        var after = (await host.Read("w"))!;

        Assert.Equal(loads + 1, host.Store.Loads);
        Assert.Equal(before.State.NextEventId, after.State.NextEventId);
        Assert.Equal(Bytes(before.History), Bytes(after.History));
        Assert.Equal(3, await host.Get(Requests.Signal("w")));

        static ByteString[] Bytes(HistorySlice history) => [.. Enumerable.Range(0, history.Count).Select(i => history[i])];
    }

    [Fact]
    public async Task A_closed_run_is_not_loaded_for_what_would_have_been_due()
    {
        await using var host = await ShardHost.StartAsync(cacheBytes: 1);
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.StartTimer("w", "t", TimeSpan.FromSeconds(30)));
        await host.Get(Requests.Terminate("w"));
        var loads = host.Store.Loads;

        host.Time.Advance(TimeSpan.FromSeconds(31));

        // Enough of them to go through each shard, behind the wake.
        for (var i = 0; i < 32; i++)
            await host.Get(Requests.Create($"other{i}"));
        Assert.Equal(loads, host.Store.Loads);
    }

    [Fact]
    public async Task Closed_runs_leave_the_cache_long_before_it_is_full()
    {
        await using var host = await ShardHost.StartAsync(cacheBytes: 1024 * 1024);
        await host.Get(Requests.Create("open"));
        for (var i = 0; i < 40; i++)
        {
            await host.Get(Requests.Create($"closed{i}"));
            await host.Get(Requests.Terminate($"closed{i}"));
        }

        var loads = host.Store.Loads;

        await host.Read("open");
        Assert.Equal(loads, host.Store.Loads);
        Assert.Equal(2, (await host.Read("closed0"))!.History.Count);
        Assert.Equal(loads + 1, host.Store.Loads);
    }

    [Fact]
    public async Task A_run_with_a_watch_or_with_lagging_records_is_not_evicted()
    {
        await using var host = await ShardHost.StartAsync(cacheBytes: 1);
        await host.Get(Requests.Create("watched"));
        var watch = host.Watch("watched", run => run.History.Count == 2);
        await host.Get(Requests.Create("lagging"));
        var scheduled = await host.Get(Requests.ScheduleTask("lagging"));
        await host.Get(Requests.StartTask("lagging", scheduled));
        for (var i = 0; i < 10; i++)
            await host.Get(Requests.Create($"other{i}"));
        var loads = host.Store.Loads;

        Assert.Equal(3, (await host.Read("lagging"))!.History.Count);
        await host.Get(Requests.Signal("watched"));
        await watch;

        Assert.Equal(loads, host.Store.Loads);
    }

    [Fact]
    public async Task A_cancelled_request_that_was_not_decided_yet_changes_nothing()
    {
        await using var host = await ShardHost.StartAsync();
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await host.Shards.AskAsync(Requests.Create("w"), cancellation.Token));

        Assert.Null(await host.Read("w"));
    }

    [Fact]
    public async Task A_stopped_server_refuses()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Shards.DisposeAsync();

        Assert.Equal(RefusalCode.Unavailable, (await host.Ask(Requests.Create("w"))).Answer.Refusal!.Code);
        await Assert.ThrowsAsync<RequestRefusedException>(() => host.Read("w"));
    }

    [Fact]
    public async Task A_full_inbox_refuses_what_comes_on_top()
    {
        await using var host = await ShardHost.StartAsync();
        host.Store.HoldCommits();
        List<Task<Told<string>>> asked = [];
        for (var i = 0; i < ShardRunner.InboxCapacity + 5_000; i++)
            asked.Add(host.Ask(Requests.Create($"w{i}")));
        host.Store.LetCommitsGo();

        var told = await Task.WhenAll(asked);
        var refused = told.Where(answer => answer.Answer.Refusal is not null).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => Assert.Equal(RefusalCode.ResourceExhausted, answer.Answer.Refusal!.Code));
        Assert.Null((await host.Ask(Requests.Create("later"))).Answer.Refusal);
    }

    [Fact]
    public async Task Lists_show_a_run_when_it_starts_and_when_it_ends()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.Signal("w"));
        await host.Get(Requests.Terminate("w"));

        var statuses = host.Store.Committed.Select(write => write.Visibility?.Status).ToList();
        Assert.Equal([WorkflowExecutionStatus.Running, null, WorkflowExecutionStatus.Terminated], statuses);
        Assert.Equal(3, host.Store.Committed[^1].Visibility!.HistoryLength);
    }

    private static Func<RunSnapshot, bool> HasFired(string timerId) => run => Enumerable.Range(0, run.History.Count)
        .Select(i => HistoryEvent.Parser.ParseFrom(run.History[i]))
        .Any(e => e.EventType == EventType.TimerFired && e.TimerFiredEventAttributes.TimerId == timerId);
}
