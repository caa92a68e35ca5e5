using System.Collections.Concurrent;
using Google.Protobuf.Collections;
using Holdfast.Engine;
using Holdfast.Engine.Workflows;
using Holdfast.Runtime.Matching;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Queries;

/// <summary>
/// Questions that a worker answers out of a run's state, without a trace in the run. A run without a pending workflow task is asked directly, through its
/// task queue; else the query rides with the pending task, so that its answer includes what that task brings.
/// </summary>
/// <remarks>All of it is in memory: after a crash callers ask again, as SDKs do.</remarks>
public sealed class WorkflowQueries(IShards shards, TaskQueues queues, TimeProvider time, Func<string> newId)
{
    // Temporal allows one by default, which fails concurrent readers for no reason; a bound is needed all the same.
    private const int MaxBufferedPerRun = 100;

    // From this attempt on the worker evidently cannot run the workflow, and would not answer either. Temporal's value.
    private const int AttemptTakenForStuck = 3;

    // A queue without a poller for this long is taken for one without workers. Temporal's value.
    private static readonly TimeSpan PollerUnavailableAfter = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, DirectQuery> direct = new();
    private readonly BufferedQueries buffered = new();

    /// <summary><c>QueryWorkflow</c>. Waits for the answer at most <paramref name="wait"/>.</summary>
    public async ValueTask<Answer<QueryWorkflowResponse>> QueryAsync(
        string namespaceId, QueryWorkflowRequest request, TimeSpan wait, CancellationToken cancellation)
    {
        var deadline = time.GetUtcNow() + wait;
        using var patience = new CancellationTokenSource(wait, time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            var target = new WorkflowTarget(namespaceId, request.Execution.WorkflowId, request.Execution.RunId);
            var run = await shards.ReadAsync(target, giveUp.Token);
            while (run is not null)
            {
                if (IsRejected(run.State.Status, request.QueryRejectCondition))
                    return new QueryWorkflowResponse { QueryRejected = new QueryRejected { Status = run.State.Status } };

                // A run that is about to begin (it continues another one, is a retry, was delayed) answers once it has begun.
                if (IsBeforeFirstTask(run.State) && run.State.ExecutionTime < deadline.UtcDateTime && !giveUp.IsCancellationRequested)
                {
                    run = await shards.WatchAsync(WorkflowTarget.Of(run.State.Key), seen => !IsBeforeFirstTask(seen.State), giveUp.Token);
                    cancellation.ThrowIfCancellationRequested();
                    continue;
                }

                if (WhyNotReady(run.State) is { } problem)
                    return NotReady(problem);

                var answer = MustRideWithTask(run.State)
                    ? await AskWithTaskAsync(run.State.Key, request.Query, giveUp.Token)
                    : await AskDirectlyAsync(run.State, request.Query, deadline, cancellation);
                if (answer is { } known)
                {
                    if (known.Refusal is null)
                        known.Reply.Link = LinkTo(request.Namespace, run.State.Key);
                    return known;
                }

                // Its task went without an answer: see what the run has become.
                run = await shards.ReadAsync(WorkflowTarget.Of(run.State.Key), giveUp.Token);
            }

            return Refusal.WorkflowNotFound(target);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return TimedOut;
        }
        catch (RequestRefusedException e)
        {
            return e.Refusal;
        }
    }

    /// <summary><c>RespondQueryTaskCompleted</c>: a worker's answer to a query that came as a task of its own.</summary>
    public Answer<RespondQueryTaskCompletedResponse> Respond(RespondQueryTaskCompletedRequest request)
    {
        if (QueryToken.Parse(request.TaskToken) is not { } id)
            return Refusal.InvalidArgument("Invalid TaskToken.");
        if (!direct.TryGetValue(id, out var query))
            return Refusal.NotFound("query task not found, or already expired");

        query.TrySetResult(QueryResults.Of(request.CompletedType, request.QueryResult, request.ErrorMessage, request.Failure));
        return new RespondQueryTaskCompletedResponse();
    }

    /// <summary>Adds the queries that wait for a run's next workflow task to that task.</summary>
    public void Attach(in RunKey run, PollWorkflowTaskQueueResponse head) => buffered.Attach(run, head);

    /// <summary>Makes a query that a poller got into its task; null when nobody waits for the answer any more.</summary>
    internal async ValueTask<WorkflowTaskReply?> HandOverAsync(DirectQuery query, string queue)
    {
        if (!direct.ContainsKey(query.Id))
            return null;

        RunSnapshot? run;
        try
        {
            run = await shards.ReadAsync(WorkflowTarget.Of(query.Run), CancellationToken.None);
        }
        catch (RequestRefusedException e)
        {
            query.TrySetResult(e.Refusal);
            return null;
        }

        if (run is null)
        {
            query.TrySetResult(Refusal.WorkflowNotFound(WorkflowTarget.Of(query.Run)));
            return null;
        }

        var state = run.State;
        var head = new PollWorkflowTaskQueueResponse
        {
            TaskToken = QueryToken.Of(query.Id),
            WorkflowExecution = new WorkflowExecution { WorkflowId = state.Key.WorkflowId, RunId = state.Key.RunId },
            WorkflowType = new WorkflowType { Name = state.WorkflowType },
            PreviousStartedEventId = state.LastCompletedStartedEventId,
            Attempt = 1,
            Query = query.Query,
            WorkflowExecutionTaskQueue = new Temporalio.Api.TaskQueue.V1.TaskQueue { Name = state.TaskQueue, Kind = TaskQueueKind.Normal },
        };

        // The sticky worker has the run in its cache.
        var last = queue == state.TaskQueue ? run.History.LastEventId : 0;
        try
        {
            var events = await shards.ReadHistoryAsync(run, 1, Math.Min(last, WorkflowTaskReply.MostEvents), CancellationToken.None);
            return new WorkflowTaskReply(head, events, last, []);
        }
        catch (RequestRefusedException e)
        {
            query.TrySetResult(e.Refusal);
            return null;
        }
    }

    /// <summary>Holds the answers that came with a worker's turn until that is decided; null when there are none.</summary>
    internal QueryAnswersInHand? Hold(in RunKey run, MapField<string, WorkflowQueryResult> results) =>
        buffered.TakeInHand(run, results) is { } found ? new QueryAnswersInHand(found) : null;

    private static Refusal TimedOut { get; } = new(RefusalCode.DeadlineExceeded, "query timed out before a worker could process it");

    private static Refusal NotReady(string problem) => new(RefusalCode.FailedPrecondition, problem, new WorkflowNotReadyFailure());

    private static bool IsRejected(WorkflowExecutionStatus status, QueryRejectCondition condition) =>
        status == WorkflowExecutionStatus.Paused || condition switch
        {
            QueryRejectCondition.NotOpen => status != WorkflowExecutionStatus.Running,
            QueryRejectCondition.NotCompletedCleanly => status is not (WorkflowExecutionStatus.Running or WorkflowExecutionStatus.Completed),
            QueryRejectCondition.Unspecified or QueryRejectCondition.None or _ => false,
        };

    private static string? WhyNotReady(MutableState state)
    {
        if (state.IsClosed)
            return state.LastCompletedStartedEventId == 0 ? "Workflow closed before workflow task started" : null;
        if (IsBeforeFirstTask(state))
            return "Workflow task is not scheduled yet.";
        return Math.Max(state.WorkflowTaskAttempt, state.WorkflowTask?.Attempt ?? 1) >= AttemptTakenForStuck
            ? "Unable to query workflow due to Workflow Task in failed state."
            : null;
    }

    private static bool IsBeforeFirstTask(MutableState state) => !state.IsClosed && state.WorkflowTask is null && state.LastCompletedStartedEventId == 0;

    private static bool MustRideWithTask(MutableState state) => !state.IsClosed && state.WorkflowTask is not null;

    private static Link LinkTo(string namespaceName, RunKey run) => new()
    {
        Workflow = new Link.Types.Workflow { Namespace = namespaceName, WorkflowId = run.WorkflowId, RunId = run.RunId },
    };

    /// <summary>Null when the run has no task any more that could bring the answer.</summary>
    private async ValueTask<Answer<QueryWorkflowResponse>?> AskWithTaskAsync(RunKey run, WorkflowQuery question, CancellationToken giveUp)
    {
        var query = new BufferedQuery(newId(), question);
        if (!buffered.TryAdd(run, query, MaxBufferedPerRun))
            return Refusal.Busy($"Workflow {run.WorkflowId} has {MaxBufferedPerRun} queries waiting for its workflow task.");

        try
        {
            while (true)
            {
                var watching = WatchAsync(query.BeginLook(giveUp));
                await Task.WhenAny(AnsweredAsync(), watching);
                query.EndLook();
                if (query.Task.IsCompleted)
                    return await query.Task;
                giveUp.ThrowIfCancellationRequested();
                if (await watching is not { } seen || IsUnblocked(seen))
                    return null;
            }
        }
        finally
        {
            query.EndLook();
            buffered.Remove(run, query);
        }

        // Methods of their own, so that what follows runs where the caller does; WhenAny by itself goes by the thread pool.
        async Task<RunSnapshot?> WatchAsync(CancellationToken look) => await shards.WatchAsync(WorkflowTarget.Of(run), IsUnblocked, look);

        async Task AnsweredAsync() => await query.Task;

        bool IsUnblocked(RunSnapshot seen) => !query.IsAnswerInHand && (!MustRideWithTask(seen.State) || WhyNotReady(seen.State) is not null);
    }

    private async ValueTask<Answer<QueryWorkflowResponse>?> AskDirectlyAsync(
        MutableState state, WorkflowQuery question, DateTimeOffset deadline, CancellationToken cancellation)
    {
        var run = state.Key;
        if (!state.IsClosed && state.StickyQueue.Length > 0 && queues.Find(run.NamespaceId, state.StickyQueue, TaskQueueType.Workflow) is { } sticky)
        {
            var left = deadline - time.GetUtcNow();
            var wait = state.StickyScheduleToStart < left ? state.StickyScheduleToStart : left;
            if (await OfferAsync(sticky, isSticky: true, new DirectQuery(newId(), run, question), wait, cancellation) is { } answer)
                return answer;
        }

        var key = new TaskQueueKey(run.NamespaceId, state.TaskQueue, TaskQueueType.Workflow);
        var query = new DirectQuery(newId(), run, question);
        if (await OfferAsync(queues.Get(key), isSticky: false, query, deadline - time.GetUtcNow(), cancellation) is { } normalAnswer)
            return normalAnswer;
        return queues.Get(key).HasPollerWithin(PollerUnavailableAfter)
            ? TimedOut
            : Refusal.FailedPrecondition("no poller seen for task queue recently, worker may be down");
    }

    /// <summary>Null when no answer came in time.</summary>
    private async ValueTask<Answer<QueryWorkflowResponse>?> OfferAsync(
        TaskQueue queue, bool isSticky, DirectQuery query, TimeSpan wait, CancellationToken cancellation)
    {
        direct[query.Id] = query;
        try
        {
            while (!queue.TryOffer(query, isSticky))
            {
                if (isSticky)
                    return null;

                // Retired under our hands: the next Get makes a new one.
                queue = queues.Get(queue.Key);
            }

            if (wait <= TimeSpan.Zero)
                return null;

            // As WaitAsync, which goes by the thread pool wherever its caller runs.
            using var patience = time.CreateTimer(
                static state => ((DirectQuery)state!).TrySetException(new TimeoutException()), query, wait, Timeout.InfiniteTimeSpan);
            using var cancelled = cancellation.UnsafeRegister(static (state, token) => ((DirectQuery)state!).TrySetCanceled(token), query);
            return await query.Task;
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            direct.TryRemove(query.Id, out _);
            queue.WithdrawQuery(query);
        }
    }
}
