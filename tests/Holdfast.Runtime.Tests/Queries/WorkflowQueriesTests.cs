using Holdfast.Engine;
using Holdfast.Runtime.Tests.Matching;
using Holdfast.Runtime.Tests.Shards;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Tests.Queries;

public sealed class WorkflowQueriesTests
{
    [Fact]
    public async Task An_idle_run_is_asked_directly_with_its_whole_history()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = await IdleRun(host);
        var query = worker.Query("w");

        var task = await worker.Task();
        Assert.Equal("how", task.Head.Query.QueryType);
        Assert.Equal(0, task.Head.StartedEventId);
        Assert.Equal(4, task.History.Count);
        Assert.Null(worker.AnswerQuery(task, "fine").Refusal);

        Assert.Equal("fine", Worker.TextOf(await query));
        Assert.Equal(4, (await host.Read("w"))!.History.Count);
    }

    [Fact]
    public async Task A_sticky_run_is_asked_at_its_worker_without_history()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        var first = await worker.Task();
        var poll = worker.PollTask(Worker.Sticky);
        await worker.CompleteSticky(first);
        var query = worker.Query("w");

        var task = (await poll).Reply!;
        Assert.Equal(0, task.History.Count);
        worker.AnswerQuery(task, "fine");

        Assert.Equal("fine", Worker.TextOf(await query));
    }

    [Fact]
    public async Task A_sticky_worker_that_does_not_answer_is_passed_over()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        var first = await worker.Task();
        var poll = worker.PollTask(Worker.Sticky);
        await worker.CompleteSticky(first);
        var query = worker.Query("w");
        await poll;

        var normal = worker.PollTask();
        while (!normal.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        worker.AnswerQuery((await normal).Reply!, "from another");
        Assert.Equal("from another", Worker.TextOf(await query));
    }

    [Fact]
    public async Task A_query_rides_with_the_pending_task_and_is_answered_when_that_completes()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = await IdleRun(host);
        await PollTests.Signal(host, "w");
        var query = worker.Query("w");
        await Buffered(host, worker);

        var task = await worker.Task();
        Assert.Equal("how", Assert.Single(task.Head.Queries.Values).QueryType);
        Assert.False(query.IsCompleted);
        await worker.TryComplete(task, false, "after the signal");

        Assert.Equal("after the signal", Worker.TextOf(await query));
    }

    [Fact]
    public async Task A_query_that_came_while_the_task_ran_is_asked_directly_when_no_task_follows()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = await IdleRun(host);
        await PollTests.Signal(host, "w");
        var running = await worker.Task();
        var query = worker.Query("w");
        await Buffered(host, worker);
        Assert.Empty(running.Head.Queries);
        await worker.Complete(running);

        worker.AnswerQuery(await worker.Task(), "directly");

        Assert.Equal("directly", Worker.TextOf(await query));
    }

    [Fact]
    public async Task A_query_stays_when_its_task_fails_and_rides_with_the_next()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = await IdleRun(host);
        await PollTests.Signal(host, "w");
        var query = worker.Query("w");
        await Buffered(host, worker);
        var failing = await worker.Task();
        Assert.NotNull((await worker.TryComplete(failing, false, "never mind", Worker.ScheduleActivity(""))).Refusal);
        Assert.False(query.IsCompleted);

        await worker.TryComplete(await worker.Task(), false, "second try");

        Assert.Equal("second try", Worker.TextOf(await query));
    }

    [Fact]
    public async Task A_query_before_the_first_task_waits_for_it()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        var query = worker.Query("w");
        await Buffered(host, worker);

        await worker.TryComplete(await worker.Task(), false, "begun");

        Assert.Equal("begun", Worker.TextOf(await query));
    }

    [Fact]
    public async Task A_closed_run_is_asked_directly()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        await worker.Complete(await worker.Task(), Worker.CompleteWorkflow());
        var query = worker.Query("w");

        worker.AnswerQuery(await worker.Task(), "it was fine");

        Assert.Equal("it was fine", Worker.TextOf(await query));
    }

    [Fact]
    public async Task A_query_in_the_buffer_is_asked_directly_when_the_run_is_closed_under_it()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = await IdleRun(host);
        await PollTests.Signal(host, "w");
        var query = worker.Query("w");
        await Buffered(host, worker);
        await host.Get(Requests.Terminate("w"));

        worker.AnswerQuery(await worker.Task(), "too late, but well");

        Assert.Equal("too late, but well", Worker.TextOf(await query));
    }

    [Fact]
    public async Task A_closed_run_rejects_a_query_that_asks_only_open_ones()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        await worker.Complete(await worker.Task(), Worker.CompleteWorkflow());

        Assert.Equal(WorkflowExecutionStatus.Completed, (await worker.Query("w", QueryRejectCondition.NotOpen)).Reply.QueryRejected.Status);
        Assert.False(worker.Query("w", QueryRejectCondition.NotCompletedCleanly).IsCompleted);
    }

    [Fact]
    public async Task A_failed_query_tells_why()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = await IdleRun(host);
        var query = worker.Query("w");
        var task = await worker.Task();
        worker.Queries.Respond(new RespondQueryTaskCompletedRequest
        {
            TaskToken = task.Head.TaskToken,
            CompletedType = QueryResultType.Failed,
            ErrorMessage = "no such query",
            Failure = new() { Message = "no such query" },
        });

        var refusal = (await query).Refusal!;
        Assert.Equal(RefusalCode.InvalidArgument, refusal.Code);
        Assert.Equal("no such query", refusal.Message);
        Assert.Equal("no such query", Assert.IsType<QueryFailedFailure>(refusal.Detail).Failure.Message);
    }

    [Fact]
    public async Task Without_a_worker_the_caller_hears_so()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = await IdleRun(host);
        host.Time.Advance(TimeSpan.FromSeconds(30));
        var query = worker.Query("w");
        while (!query.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var refusal = (await query).Refusal!;
        Assert.Equal(RefusalCode.FailedPrecondition, refusal.Code);
        Assert.Equal("no poller seen for task queue recently, worker may be down", refusal.Message);
    }

    [Fact]
    public async Task A_query_whose_task_is_never_taken_times_out()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await worker.Start("w");
        var query = worker.Query("w");
        while (!query.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(RefusalCode.DeadlineExceeded, (await query).Refusal!.Code);
    }

    [Fact]
    public async Task An_answer_that_comes_too_late_is_refused()
    {
        await using var host = await ShardHost.StartAsync();
        var worker = await IdleRun(host);
        var query = worker.Query("w");
        var task = await worker.Task();
        Assert.Null(worker.AnswerQuery(task, "one").Refusal);
        await query;

        Assert.Equal(RefusalCode.NotFound, worker.AnswerQuery(task, "two").Refusal!.Code);
    }

    [Fact]
    public async Task A_workflow_that_does_not_exist_is_not_found()
    {
        await using var host = await ShardHost.StartAsync();
        Assert.Equal(RefusalCode.NotFound, (await new Worker(host).Query("nobody")).Refusal!.Code);
    }

    private static async Task<Worker> IdleRun(ShardHost host)
    {
        var worker = new Worker(host);
        await worker.Start("w");
        await worker.Complete(await worker.Task());
        return worker;
    }

    /// <summary>Waits until a query is in the run's buffer.</summary>
    private static async Task Buffered(ShardHost host, Worker worker)
    {
        var run = (await host.Read("w"))!.State.Key;
        PollWorkflowTaskQueueResponse seen = new();
        while (seen.Queries.Count == 0)
        {
            await Task.Yield();
            worker.Queries.Attach(run, seen);
        }
    }
}
