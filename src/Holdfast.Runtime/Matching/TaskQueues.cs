using System.Collections.Concurrent;
using Holdfast.Engine;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>
/// All task queues of this process. They come into being when first named and go when nobody has used them for a while. Nothing in here
/// is stored: every task is owed by its run's state and is dispatched again after a restart.
/// </summary>
/// <param name="maxBacklog">How many tasks may wait in all queues together before requests that would bring more are refused.</param>
public sealed class TaskQueues(TimeProvider time, int maxBacklog = TaskQueues.DefaultMaxBacklog)
{
    /// <summary>A waiting task with ids of usual length takes less than half a kilobyte, so these take 200 MB.</summary>
    public const int DefaultMaxBacklog = 500_000;

    // Longer than any poll that the frontend keeps open (60 s), so that a late poll of a stopped worker does not outlive the memory of it.
    private static readonly TimeSpan ShutDownWorkerMemory = TimeSpan.FromSeconds(70);

    private readonly ConcurrentDictionary<TaskQueueKey, TaskQueue> queues = new();
    private readonly ConcurrentDictionary<string, DateTime> shutDownWorkers = new();
    private readonly BacklogBound bound = new(maxBacklog);
    private volatile bool ended;
    private readonly TimeProvider clock = time;
    private long lastSweepTicks = time.GetUtcNow().UtcTicks;

    /// <summary>
    /// <c>ShutdownWorker</c>: the worker's sticky queue is unloaded (its tasks move to their normal queues at once), and its open polls end empty.
    /// </summary>
    public void ShutdownWorker(string namespaceId, ShutdownWorkerRequest request)
    {
        if (request.WorkerInstanceKey.Length > 0)
        {
            Remember(request.WorkerInstanceKey);
            foreach (var (key, queue) in queues)
            {
                if (key.NamespaceId == namespaceId)
                    queue.EndPollsOf(request.WorkerInstanceKey);
            }
        }

        if (request.StickyTaskQueue.Length > 0 && Find(namespaceId, request.StickyTaskQueue, TaskQueueType.Workflow) is { } sticky)
        {
            foreach (var task in sticky.Unload())
                AddToNormal(task, first: false);
        }
    }

    /// <summary>Ends all open polls with nothing, and every later one: the server is stopping.</summary>
    public void EndPolls()
    {
        ended = true;
        foreach (var (_, queue) in queues)
            queue.EndPollsOf(null);
    }

    /// <summary>Pollers and backlog of a queue; empty for one that nobody has named.</summary>
    public TaskQueueDescription Describe(string namespaceId, string name, TaskQueueType type) =>
        Find(namespaceId, name, type)?.Describe() ?? new TaskQueueDescription([], 0, TimeSpan.Zero);

    internal void AddWorkflowTask(RunKey run, Obligation.DispatchWorkflowTask task)
    {
        var queued = new QueuedTask(new TaskKey(run, task.ScheduledEventId, task.Attempt), task.TaskQueue, clock.GetUtcNow().UtcDateTime);
        if (task.StickyQueue.Length > 0
            && Find(run.NamespaceId, task.StickyQueue, TaskQueueType.Workflow) is { } sticky
            && sticky.TryAddSticky(queued))
            return;
        AddToNormal(queued, first: false);
    }

    internal void AddActivityTask(RunKey run, Obligation.DispatchActivity task)
    {
        var queued = new QueuedTask(new TaskKey(run, task.ScheduledEventId, task.Attempt), task.TaskQueue, clock.GetUtcNow().UtcDateTime);
        var key = new TaskQueueKey(run.NamespaceId, task.TaskQueue, TaskQueueType.Activity);
        while (!Get(key).TryAdd(queued))
        {
            // Retired under our hands: the next Get makes a new one.
        }
    }

    /// <summary>The poll that would get this task if it were added now; null when it would have to wait.</summary>
    internal WaitingPoll? TakePoll(RunKey run, Obligation.DispatchWorkflowTask task)
    {
        if (task.StickyQueue.Length > 0
            && Find(run.NamespaceId, task.StickyQueue, TaskQueueType.Workflow) is { } sticky
            && sticky.TryTakeStickyPoll(out var poll))
            return poll;
        return Find(run.NamespaceId, task.TaskQueue, TaskQueueType.Workflow)?.TakePoll();
    }

    /// <summary>As for a workflow task.</summary>
    internal WaitingPoll? TakePoll(RunKey run, Obligation.DispatchActivity task) => Find(run.NamespaceId, task.TaskQueue, TaskQueueType.Activity)?.TakePoll();

    /// <summary>The run no longer owes this: take it out, if it still waits.</summary>
    internal void Withdraw(RunKey run, Obligation obligation)
    {
        switch (obligation)
        {
            case Obligation.DispatchWorkflowTask task:
                var key = new TaskKey(run, task.ScheduledEventId, task.Attempt);
                if (task.StickyQueue.Length > 0)
                    Find(run.NamespaceId, task.StickyQueue, TaskQueueType.Workflow)?.Withdraw(key);
                Find(run.NamespaceId, task.TaskQueue, TaskQueueType.Workflow)?.Withdraw(key);
                break;
            case Obligation.DispatchActivity task:
                Find(run.NamespaceId, task.TaskQueue, TaskQueueType.Activity)?.Withdraw(new TaskKey(run, task.ScheduledEventId, task.Attempt));
                break;
        }
    }

    /// <summary>
    /// Waits for a task until <paramref name="wait"/> is over or the call is cancelled: then null. A task may come back even after a
    /// cancellation; the caller must then give it back.
    /// </summary>
    internal ValueTask<MatchedTask?> PollAsync(TaskQueueKey key, in Poller poller, TimeSpan wait, CancellationToken cancellation)
    {
        if (poller.WorkerInstanceKey.Length > 0 && shutDownWorkers.TryGetValue(poller.WorkerInstanceKey, out var until)
            && clock.GetUtcNow().UtcDateTime < until)
            return default;

        while (!ended)
        {
            var queue = Get(key);
            if (!queue.TryPoll(poller, wait, cancellation, out var matched))
                continue;

            // It may have begun to wait after the others were ended.
            if (ended)
                queue.EndPollsOf(null);
            return matched;
        }

        return default;
    }

    /// <summary>Gives back what a poller took and could not start, in front of all others, or behind them if its run is damaged: they must get past it.</summary>
    internal void PutBack(MatchedTask matched, Refusal? because = null)
    {
        if (matched.Query is { } query)
        {
            // If the queue was retired or the caller has gone, nobody misses it: callers of queries ask again.
            matched.Queue.TryOffer(query, sticky: false);
            return;
        }

        var task = matched.Task!;
        var first = because?.Code != RefusalCode.DataLoss;
        if (matched.Queue.Key.Type == TaskQueueType.Workflow)
        {
            var isSticky = matched.Queue.Key.Name != task.NormalQueue;
            if (!matched.Queue.PutBack(task, isSticky, first))
                AddToNormal(task, first);
            return;
        }

        while (!Get(matched.Queue.Key).TryAdd(task, first))
        {
        }
    }

    /// <summary>Why a request must not be taken now: it would bring a task to a queue whose backlog is what fills the memory. Null: take it.</summary>
    internal Refusal? RefuseMore<TReply>(IWorkflowRequest<TReply> request)
    {
        if (!bound.IsReached)
            return null;
        foreach (var (name, type) in QueuesThatGrow.By(request))
        {
            if (bound.Refuses(Find(request.Target.NamespaceId, name, type)?.Waiting ?? 0))
            {
                return Refusal.Exhausted(
                    ResourceExhaustedCause.SystemOverloaded,
                    $"{bound.Waiting} tasks wait for workers, and task queue '{name}' is among those that have too few. Try again when they have caught up.");
            }
        }

        return null;
    }

    internal TaskQueue? Find(string namespaceId, string name, TaskQueueType type) =>
        queues.TryGetValue(new TaskQueueKey(namespaceId, name, type), out var queue) ? queue : null;

    internal TaskQueue Get(TaskQueueKey key)
    {
        if (queues.TryGetValue(key, out var queue))
            return queue;
        SweepNowAndThen();
        return queues.GetOrAdd(key, static (key, queues) => new TaskQueue(key, queues.clock, queues.bound), this);
    }

    private void AddToNormal(QueuedTask task, bool first)
    {
        var key = new TaskQueueKey(task.Key.Run.NamespaceId, task.NormalQueue, TaskQueueType.Workflow);
        while (!Get(key).TryAdd(task, first))
        {
            // Retired under our hands: the next Get makes a new one.
        }
    }

    private void Remember(string workerInstanceKey)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        foreach (var (key, until) in shutDownWorkers)
        {
            if (until <= now)
                shutDownWorkers.TryRemove(key, out _);
        }

        shutDownWorkers[workerInstanceKey] = now + ShutDownWorkerMemory;
    }

    // Every worker process brings a sticky queue of its own: without this the dictionary would grow with each deployment. New queues are
    // rare, so that is where the time for it is taken.
    private void SweepNowAndThen()
    {
        var now = clock.GetUtcNow().UtcTicks;
        var last = Interlocked.Read(ref lastSweepTicks);
        if (now - last < TaskQueue.PollerHistory.Ticks || Interlocked.CompareExchange(ref lastSweepTicks, now, last) != last)
            return;

        foreach (var (key, queue) in queues)
        {
            if (queue.TryRetire())
                queues.TryRemove(new KeyValuePair<TaskQueueKey, TaskQueue>(key, queue));
        }
    }
}
