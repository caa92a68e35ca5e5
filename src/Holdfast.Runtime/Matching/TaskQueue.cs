using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Runtime.Queries;
using Temporalio.Api.TaskQueue.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>
/// One task queue: where pollers meet tasks. A task goes straight to the poller that has waited longest; when none waits it stays in the
/// backlog, first in, first out. Queries go before tasks, since somebody waits for them.
/// </summary>
/// <remarks>
/// A lock and not a loop: what happens under it is a few pointer moves, and a hop to another thread would cost more than
/// the whole match. Nothing is awaited and no foreign code runs under it (completions run elsewhere).
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The timer lives as long as the queue; a retired queue has stopped it.")]
internal sealed class TaskQueue(TaskQueueKey key, TimeProvider time, BacklogBound bound)
{
    /// <summary>A sticky queue whose worker has not polled for this long is taken for dead. Temporal's value.</summary>
    private static readonly TimeSpan StickyUnavailableAfter = TimeSpan.FromSeconds(10);

    /// <summary>How long a poller is remembered, and how long a queue that nobody uses is.</summary>
    internal static readonly TimeSpan PollerHistory = TimeSpan.FromMinutes(5);

    // Identities come from outside: a client that makes up a new one for each poll must not fill the memory.
    private const int MaxPollersSeen = 1_000;

    private readonly Lock gate = new();
    private readonly LinkedList<QueuedTask> backlog = new();
    private readonly Dictionary<TaskKey, LinkedListNode<QueuedTask>> inBacklog = [];
    private readonly LinkedList<DirectQuery> queries = new();
    private readonly LinkedList<WaitingPoll> polls = new();
    private readonly Dictionary<string, PollerInfo> pollersSeen = [];
    private DateTime lastPoll = DateTime.MinValue;
    private bool unloaded;
    private bool retired;
    private DispatchRate? rate;
    private ITimer? rateTimer;

    public TaskQueueKey Key { get; } = key;

    /// <summary>Adds a task, or does nothing when it waits here already. False when the queue is no longer in use: ask for it again.</summary>
    public bool TryAdd(QueuedTask task, bool first = false)
    {
        lock (gate)
        {
            if (retired)
                return false;
            Add(task, first);
            return true;
        }
    }

    /// <summary>Adds a task for the worker that owns this sticky queue; false when that worker seems to be gone.</summary>
    public bool TryAddSticky(QueuedTask task, bool first = false)
    {
        lock (gate)
        {
            if (!IsStickyAvailable())
                return false;
            Add(task, first);
            return true;
        }
    }

    /// <summary>Takes a task back that nobody may have any more: its run moved on.</summary>
    public void Withdraw(TaskKey task)
    {
        lock (gate)
        {
            if (!inBacklog.Remove(task, out var node))
                return;
            backlog.Remove(node);
            bound.Remove(1);
        }
    }

    /// <summary>
    /// Gives the poller a task at once, or makes it wait. False when the queue is no longer in use: ask for it again.
    /// </summary>
    public bool TryPoll(in Poller poller, TimeSpan wait, CancellationToken cancellation, out ValueTask<MatchedTask?> matched)
    {
        WaitingPoll? waiting = null;
        lock (gate)
        {
            matched = default;
            if (retired)
                return false;

            NotePoller(poller);
            if (TakeNext() is { } next)
            {
                matched = new ValueTask<MatchedTask?>(next);
                return true;
            }

            if (wait <= TimeSpan.Zero || cancellation.IsCancellationRequested)
                return true;

            waiting = new WaitingPoll(this, poller, cancellation);
            polls.AddLast(waiting.Node);
        }

        matched = WaitAsync(waiting, wait, cancellation);
        return true;
    }

    /// <summary>
    /// Takes out the poll that a task added now would go to, for a task that is then started in its name; null when the task would have to wait, or the
    /// poller starts its tasks itself. Whoever takes it completes it.
    /// </summary>
    public WaitingPoll? TakePoll()
    {
        lock (gate)
        {
            if (retired || backlog.Count > 0 || polls.First is not { Value: { Poller.Request: not null, Cancellation.IsCancellationRequested: false } poll } || !MayDispatch())
                return null;
            polls.Remove(poll.Node);
            lastPoll = time.GetUtcNow().UtcDateTime;
            return poll;
        }
    }

    /// <summary>As <see cref="TakePoll"/>, of a sticky queue; false when its worker seems to be gone, so that the task must go elsewhere.</summary>
    public bool TryTakeStickyPoll(out WaitingPoll? poll)
    {
        lock (gate)
        {
            poll = null;
            if (!IsStickyAvailable())
                return false;
            poll = TakePoll();
            return true;
        }
    }

    /// <summary>Gives a task back that a poller took and could not start. False as for <see cref="TryAdd"/>.</summary>
    public bool PutBack(QueuedTask task, bool sticky, bool first) => sticky ? TryAddSticky(task, first) : TryAdd(task, first);

    /// <summary>Offers a query to the next poller. False when this queue is no longer in use or, if sticky, its worker seems to be gone.</summary>
    public bool TryOffer(DirectQuery query, bool sticky)
    {
        lock (gate)
        {
            if (retired || (sticky && !IsStickyAvailable()))
                return false;
            if (polls.First is { } first)
                Give(first, new MatchedTask(this, null, query));
            else
                queries.AddLast(query);
            return true;
        }
    }

    /// <summary>Takes an offered query back; false when a poller has it already.</summary>
    public bool WithdrawQuery(DirectQuery query)
    {
        lock (gate)
            return queries.Remove(query);
    }

    /// <summary>Whether a worker polls now or did so within <paramref name="window"/>.</summary>
    public bool HasPollerWithin(TimeSpan window)
    {
        lock (gate)
            return polls.Count > 0 || (lastPoll != DateTime.MinValue && time.GetUtcNow().UtcDateTime - lastPoll <= window);
    }

    /// <summary>
    /// The worker that owns this sticky queue goes: hands back what waits here, and takes nothing more until somebody polls again.
    /// </summary>
    public IReadOnlyList<QueuedTask> Unload()
    {
        lock (gate)
        {
            unloaded = true;
            QueuedTask[] left = [.. backlog];
            bound.Remove(left.Length);
            backlog.Clear();
            inBacklog.Clear();
            return left;
        }
    }

    /// <summary>Ends a worker's open polls with nothing, since it is shutting down; those of all workers if none is named.</summary>
    public void EndPollsOf(string? workerInstanceKey)
    {
        lock (gate)
        {
            var node = polls.First;
            while (node is not null)
            {
                var next = node.Next;
                if (workerInstanceKey is null || node.Value.Poller.WorkerInstanceKey == workerInstanceKey)
                    Give(node, null);
                node = next;
            }
        }
    }

    /// <summary>How many tasks wait here.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
                return backlog.Count;
        }
    }

    public TaskQueueDescription Describe()
    {
        lock (gate)
        {
            var now = time.GetUtcNow().UtcDateTime;
            ForgetOldPollers(now);
            PollerInfo[] pollers = [.. pollersSeen.Values.OrderByDescending(poller => poller.LastAccessTime).Select(poller => poller.Clone())];
            return new TaskQueueDescription(pollers, backlog.Count, backlog.First is { } oldest ? now - oldest.Value.AddedAt : TimeSpan.Zero);
        }
    }

    /// <summary>Retires the queue if nobody has used it for a while; from then on every call says so.</summary>
    public bool TryRetire()
    {
        lock (gate)
        {
            if (backlog.Count > 0 || polls.Count > 0 || queries.Count > 0 || time.GetUtcNow().UtcDateTime - lastPoll < PollerHistory)
                return false;
            retired = true;
            rateTimer?.Dispose();
            return true;
        }
    }

    private bool IsStickyAvailable() =>
        !retired && !unloaded && (polls.Count > 0 || time.GetUtcNow().UtcDateTime - lastPoll <= StickyUnavailableAfter);

    private void Add(QueuedTask task, bool first)
    {
        if (inBacklog.ContainsKey(task.Key))
            return;

        if (backlog.Count == 0 && polls.First is { } poll && MayDispatch())
        {
            Give(poll, new MatchedTask(this, task, null));
            return;
        }

        inBacklog.Add(task.Key, first ? backlog.AddFirst(task) : backlog.AddLast(task));
        bound.Add();
        if (polls.Count > 0)
            ArmRateTimer();
    }

    private MatchedTask? TakeNext()
    {
        if (queries.First is { } query)
        {
            queries.RemoveFirst();
            return new MatchedTask(this, null, query.Value);
        }

        if (backlog.First is not { } node)
            return null;
        if (!MayDispatch())
        {
            ArmRateTimer();
            return null;
        }

        backlog.RemoveFirst();
        inBacklog.Remove(node.Value.Key);
        bound.Remove(1);
        return new MatchedTask(this, node.Value, null);
    }

    private bool MayDispatch() => rate is null || rate.TryTake(time.GetUtcNow().UtcDateTime);

    // Only a queue with a rate, a backlog and a waiting poller needs the timer: everything else is moved by an add or a poll.
    private void ArmRateTimer()
    {
        if (rate?.Wait(time.GetUtcNow().UtcDateTime) is not { } wait)
            return;
        rateTimer ??= time.CreateTimer(static queue => ((TaskQueue)queue!).DispatchBacklog(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        rateTimer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void DispatchBacklog()
    {
        lock (gate)
        {
            while (!retired && polls.First is { } poll && TakeNext() is { } next)
                Give(poll, next);
        }
    }

    private void Give(LinkedListNode<WaitingPoll> poll, MatchedTask? matched)
    {
        polls.Remove(poll);
        lastPoll = time.GetUtcNow().UtcDateTime;
        poll.Value.SetResult(matched);
    }

    private void GiveUp(WaitingPoll poll)
    {
        lock (gate)
        {
            if (poll.Node.List is not null)
                Give(poll.Node, null);
        }
    }

    private async ValueTask<MatchedTask?> WaitAsync(WaitingPoll poll, TimeSpan wait, CancellationToken cancellation)
    {
        using var timer = time.CreateTimer(static state => End((WaitingPoll)state!), poll, wait, Timeout.InfiniteTimeSpan);
        using var cancelled = cancellation.UnsafeRegister(static state => End((WaitingPoll)state!), poll);
        return await poll.Task;

        static void End(WaitingPoll poll) => poll.Queue.GiveUp(poll);
    }

    private void NotePoller(in Poller poller)
    {
        var now = time.GetUtcNow().UtcDateTime;
        lastPoll = now;
        unloaded = false;

        if (poller.MaxTasksPerSecond is { } perSecond && rate?.PerSecond != perSecond)
            rate = new DispatchRate(perSecond, now);

        if (!pollersSeen.TryGetValue(poller.Identity, out var seen))
        {
            if (pollersSeen.Count >= MaxPollersSeen)
                ForgetOldPollers(now);
            if (pollersSeen.Count >= MaxPollersSeen)
                return;
            pollersSeen.Add(poller.Identity, seen = new PollerInfo { Identity = poller.Identity });
        }

        seen.LastAccessTime = Timestamp.FromDateTime(now);
        seen.RatePerSecond = rate?.PerSecond ?? DefaultRatePerSecond;
    }

    // What Temporal shows for a queue without a limit.
    private const double DefaultRatePerSecond = 100_000;

    private void ForgetOldPollers(DateTime now)
    {
        var oldest = Timestamp.FromDateTime(now - PollerHistory);
        foreach (var (identity, seen) in pollersSeen)
        {
            if (seen.LastAccessTime < oldest)
                pollersSeen.Remove(identity);
        }
    }
}
