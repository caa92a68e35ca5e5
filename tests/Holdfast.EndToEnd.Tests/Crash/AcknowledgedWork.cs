using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>
/// Clients and workers that go on whatever happens to the server, and keep a log of what it acknowledged and what it handed out. A workflow here waits for
/// its signals, runs its activities, half of which may only be tried once, and ends.
/// </summary>
internal sealed class AcknowledgedWork(string target) : IDisposable
{
    private const int Clients = 8;
    private const int WorkflowWorkers = 4;
    private const int ActivityWorkers = 6;
    private const int SignalsEach = 3;
    private const int ActivitiesEach = 4;

    private readonly ProtocolClient calls = new(target);
    private readonly ConcurrentDictionary<string, string> started = new();
    private readonly ConcurrentBag<(string WorkflowId, string Signal)> signalled = [];
    private readonly ConcurrentDictionary<(string RunId, string ActivityId, int Attempt), int> handedOut = new();
    private readonly ConcurrentBag<(string RunId, string ActivityId)> completed = [];
    private readonly CancellationTokenSource starting = new();
    private readonly CancellationTokenSource working = new();
    private readonly List<Task> clients = [];
    private readonly List<Task> workers = [];
    private int ids;

    public int Started => started.Count;

    public int ActivitiesCompleted => completed.Count;

    public void Begin()
    {
        for (var i = 0; i < Clients; i++)
            clients.Add(Task.Run(StartAndSignalAsync));
        for (var i = 0; i < WorkflowWorkers; i++)
            workers.Add(Task.Run(DecideAsync));
        for (var i = 0; i < ActivityWorkers; i++)
            workers.Add(Task.Run(ActAsync));
    }

    /// <summary>Starts nothing more; what is started gets the signals that it still lacks.</summary>
    public async Task StopStartingAsync()
    {
        await starting.CancelAsync();
        await Task.WhenAll(clients);
    }

    public async Task StopWorkingAsync()
    {
        await working.CancelAsync();
        await Task.WhenAll(workers);
    }

    /// <summary>What of the acknowledged work is missing or was done more than once, one line each.</summary>
    public async Task<List<string>> FindLossesAsync(TimeSpan limit)
    {
        var losses = new List<string>();
        using var patience = new CancellationTokenSource(limit);
        var histories = new Dictionary<string, List<HistoryEvent>>();
        foreach (var (workflowId, runId) in started)
        {
            try
            {
                histories[runId] = await HistoryAsync(workflowId, runId, patience.Token);
                Compare(workflowId, histories[runId], losses);
            }
            catch (RpcException e)
            {
                losses.Add($"{workflowId}: acknowledged as run {runId}, but {e.Status}");
            }
        }

        foreach (var ((runId, activityId, attempt), times) in handedOut)
        {
            if (times > 1)
                losses.Add($"run {runId}: attempt {attempt} of activity {activityId} was handed out {times} times");
            if (attempt > 1 && MayBeTriedOnce(activityId))
                losses.Add($"run {runId}: activity {activityId}, to be tried once, was handed out as attempt {attempt}");
        }

        foreach (var (runId, activityId) in completed)
        {
            if (!histories.TryGetValue(runId, out var events))
                continue;
            var scheduled = events.Single(e => e.ActivityTaskScheduledEventAttributes?.ActivityId == activityId).EventId;
            var recorded = events.Count(e => e.ActivityTaskCompletedEventAttributes?.ScheduledEventId == scheduled);
            if (recorded != 1)
                losses.Add($"run {runId}: the completion of activity {activityId} was acknowledged and is {recorded} times in the history");
        }

        return losses;
    }

    public void Dispose()
    {
        calls.Dispose();
        starting.Dispose();
        working.Dispose();
    }

    private static bool MayBeTriedOnce(string activityId) => activityId[^1] % 2 == 0;

    private static string SignalOf(string workflowId, int number) => $"{workflowId}-signal-{number}";

    private static bool IsClosing(HistoryEvent e) => e.EventType is EventType.WorkflowExecutionCompleted or EventType.WorkflowExecutionFailed
        or EventType.WorkflowExecutionTimedOut or EventType.WorkflowExecutionTerminated or EventType.WorkflowExecutionCanceled;

    private void Compare(string workflowId, List<HistoryEvent> events, List<string> losses)
    {
        if (!events.Select(e => e.EventId).SequenceEqual(Enumerable.Range(1, events.Count).Select(id => (long)id)))
            losses.Add($"{workflowId}: its event ids have gaps");
        if (events.Count(IsClosing) != 1 || events[^1].EventType != EventType.WorkflowExecutionCompleted)
            losses.Add($"{workflowId}: it ends with {events[^1].EventType}, after {events.Count(IsClosing)} ends");
        foreach (var (_, signal) in signalled.Where(one => one.WorkflowId == workflowId))
        {
            var times = events.Count(e => e.WorkflowExecutionSignaledEventAttributes?.SignalName == signal);
            if (times != 1)
                losses.Add($"{workflowId}: signal {signal} was acknowledged and is {times} times in the history");
        }
    }

    private async Task StartAndSignalAsync()
    {
        while (!starting.IsCancellationRequested)
        {
            var workflowId = $"order-{Interlocked.Increment(ref ids)}";
            var reply = await calls.InsistAsync<StartWorkflowExecutionResponse>(
                new StartWorkflowExecutionRequest
                {
                    Namespace = ProtocolClient.Namespace,
                    WorkflowId = workflowId,
                    RequestId = workflowId,
                    WorkflowType = new WorkflowType { Name = "order" },
                    TaskQueue = new TaskQueue { Name = "orders" },
                },
                working.Token);
            started[workflowId] = reply.RunId;
            for (var number = 0; number < SignalsEach; number++)
            {
                var signal = SignalOf(workflowId, number);
                await calls.InsistAsync<SignalWorkflowExecutionResponse>(
                    new SignalWorkflowExecutionRequest
                    {
                        Namespace = ProtocolClient.Namespace,
                        WorkflowExecution = new WorkflowExecution { WorkflowId = workflowId },
                        SignalName = signal,
                        RequestId = signal,
                    },
                    working.Token);
                signalled.Add((workflowId, signal));
            }
        }
    }

    private Task DecideAsync() => PollAsync<PollWorkflowTaskQueueResponse>(
        new PollWorkflowTaskQueueRequest { Namespace = ProtocolClient.Namespace, TaskQueue = new TaskQueue { Name = "orders" }, Identity = "decider" },
        async task =>
        {
            if (task.TaskToken.IsEmpty)
                return;
            var events = task.NextPageToken.IsEmpty
                ? [.. task.History.Events]
                : await HistoryAsync(task.WorkflowExecution.WorkflowId, task.WorkflowExecution.RunId, working.Token);
            await AnswerAsync<RespondWorkflowTaskCompletedResponse>(new RespondWorkflowTaskCompletedRequest
            {
                Namespace = ProtocolClient.Namespace,
                TaskToken = task.TaskToken,
                Identity = "decider",
                Commands = { Decide(events) },
            });
        });

    private static IEnumerable<Command> Decide(List<HistoryEvent> events)
    {
        var scheduled = events.Count(e => e.EventType == EventType.ActivityTaskScheduled);
        if (scheduled == 0)
            return Enumerable.Range(0, ActivitiesEach).Select(Schedule);
        var closed = events.Count(e => e.EventType is EventType.ActivityTaskCompleted or EventType.ActivityTaskFailed or EventType.ActivityTaskTimedOut);
        var signals = events.Count(e => e.EventType == EventType.WorkflowExecutionSignaled);
        return closed == ActivitiesEach && signals == SignalsEach
            ? [new Command { CommandType = CommandType.CompleteWorkflowExecution, CompleteWorkflowExecutionCommandAttributes = new() }]
            : [];
    }

    private static Command Schedule(int number) => new()
    {
        CommandType = CommandType.ScheduleActivityTask,
        ScheduleActivityTaskCommandAttributes = new()
        {
            ActivityId = $"activity-{number}",
            ActivityType = new ActivityType { Name = "act" },
            TaskQueue = new TaskQueue { Name = "orders" },
            StartToCloseTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(3)),
            ScheduleToCloseTimeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)),
            RetryPolicy = new RetryPolicy
            {
                InitialInterval = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(50)),
                BackoffCoefficient = 1,
                MaximumAttempts = MayBeTriedOnce($"activity-{number}") ? 1 : 0,
            },
        },
    };

    private Task ActAsync() => PollAsync<PollActivityTaskQueueResponse>(
        new PollActivityTaskQueueRequest { Namespace = ProtocolClient.Namespace, TaskQueue = new TaskQueue { Name = "orders" }, Identity = "actor" },
        async task =>
        {
            if (task.TaskToken.IsEmpty)
                return;
            handedOut.AddOrUpdate((task.WorkflowExecution.RunId, task.ActivityId, task.Attempt), 1, (_, times) => times + 1);
            var acknowledged = await AnswerAsync<RespondActivityTaskCompletedResponse>(new RespondActivityTaskCompletedRequest
            {
                Namespace = ProtocolClient.Namespace,
                TaskToken = task.TaskToken,
                Identity = "actor",
            });
            if (acknowledged)
                completed.Add((task.WorkflowExecution.RunId, task.ActivityId));
        });

    private async Task PollAsync<TReply>(IMessage poll, Func<TReply, Task> work)
        where TReply : class, IMessage<TReply>, new()
    {
        while (!working.IsCancellationRequested)
        {
            try
            {
                await work(await calls.CallAsync<TReply>(poll, TimeSpan.FromSeconds(70), working.Token));
            }
            catch (Exception e) when (e is RpcException { StatusCode: not StatusCode.InvalidArgument } or OperationCanceledException)
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Answers a task until it is known whether the answer counts; false when it came too late.</summary>
    private async Task<bool> AnswerAsync<TReply>(IMessage answer)
        where TReply : class, IMessage<TReply>, new()
    {
        try
        {
            await calls.InsistAsync<TReply>(answer, working.Token);
            return true;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument)
        {
            // Timed out meanwhile, or taken at the first try, whose reply was lost.
            return false;
        }
    }

    private async Task<List<HistoryEvent>> HistoryAsync(string workflowId, string runId, CancellationToken cancellation)
    {
        var events = new List<HistoryEvent>();
        var request = new GetWorkflowExecutionHistoryRequest
        {
            Namespace = ProtocolClient.Namespace,
            Execution = new WorkflowExecution { WorkflowId = workflowId, RunId = runId },
        };
        do
        {
            var page = await calls.InsistAsync<GetWorkflowExecutionHistoryResponse>(request, cancellation);
            events.AddRange(page.History.Events);
            request.NextPageToken = page.NextPageToken;
        }
        while (!request.NextPageToken.IsEmpty);
        return events;
    }

    /// <summary>How many of the workflows are open still, which is how one waits for the end.</summary>
    public async Task<long> CountOpenAsync()
    {
        var counted = await calls.InsistAsync<CountWorkflowExecutionsResponse>(
            new CountWorkflowExecutionsRequest { Namespace = ProtocolClient.Namespace, Query = "ExecutionStatus = 'Running'" }, working.Token);
        return counted.Count;
    }
}
