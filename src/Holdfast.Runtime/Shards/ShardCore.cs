using System.Runtime.InteropServices;
using Holdfast.Engine;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Storage;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// A shard's memory and its one step: take a batch of requests, decide each against the newest state, apply, and collect what to write.
/// Synchronous and single-threaded; loading, committing and waiting are the <see cref="ShardRunner"/>'s.
/// </summary>
/// <remarks>
/// Safety rests on this: an answer leaves only when all that its decision has seen of the run is durable (except records that may lag), and what is
/// owed is handed out only then. It does not rest on the batches of different runs being released in order, although they are.
/// </remarks>
internal sealed partial class ShardCore(ShardEnvironment environment, long cacheBytes, Action<RunKey, Delivery> deliver, Action<Watch> watchCancelled)
{
    // The part of the cache that closed runs may fill. Hardly anybody asks for one again, and objects that live just long enough to become old
    // are what a generational collector is worst at: kept until the whole cache was full, they cost a fifth of the server's CPU.
    private const int ClosedShare = 16;

    // How far one pass of eviction looks: the tail of the list may hold runs that cannot go now.
    private const int EvictionReach = 32;

    // A due time that stays after firing is a stale one, about to be replaced, or a bug; neither may spin.
    private static readonly TimeSpan AfterWakeInVain = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AfterUnknownDebt = TimeSpan.FromMinutes(1);

    private readonly Dictionary<RunKey, CachedRun> runs = [];

    // Only workflow ids whose current run is in memory: what is not here must be looked up in the store.
    private readonly Dictionary<WorkflowKey, string> currentRuns = [];
    private readonly RecentRuns open = new();
    private readonly RecentRuns closed = new();
    private readonly HashSet<CachedRun> lagging = [];
    private readonly WakeQueue wakes = new();

    // Runs that are not in memory and whose deletion is on its way to the store: to be looked for there no more.
    private readonly HashSet<RunKey> leaving = [];
    private readonly List<CachedRun> dirty = [];
    private readonly List<CachedRun> touched = [];
    private DecisionContext? lastContext;

    /// <summary>Wakes up to here are kept in memory; later ones are found in the store in time.</summary>
    public DateTime Horizon { get; set; }

    /// <summary>Envelopes that must be taken again: watches of runs that were forgotten.</summary>
    public Queue<Envelope> Again { get; } = new();

    public DateTime? NextWake => wakes.Next;

    /// <summary>Some runs have records that only their next row would write.</summary>
    public bool HasLagging => lagging.Count > 0;

    public int CachedRuns => runs.Count;

    /// <summary>Whether the target is in memory, so that nothing need be loaded for it.</summary>
    public bool Has(in WorkflowTarget target) =>
        Find(target) is not null || (target.RunId.Length > 0 && IsLeaving(new RunKey(target.NamespaceId, target.WorkflowId, target.RunId)));

    public bool Has(in RunKey run) => runs.ContainsKey(run);

    public bool IsLeaving(in RunKey run) => leaving.Count > 0 && leaving.Contains(run);

    /// <summary>
    /// Takes in a run out of the store, and derives what it owes: it may have been handed out before the run was last forgotten, but who took it
    /// tolerates a repetition, and from here on it is known what to withdraw and when to wake.
    /// </summary>
    public void AddLoaded(CachedRun run, DateTime now)
    {
        Add(run);
        var debt = DebtOf(run, now);
        run.Owed = new OwedSet(debt.Now);
        Settle(run, run.Snapshot, debt, now);
    }

    public void SetCurrent(in RunKey run) => currentRuns[WorkflowKey.Of(run)] = run.RunId;

    /// <summary>Notes a wake that the store told of.</summary>
    public void ScheduleWake(in RunKey run, DateTime when)
    {
        if (when <= Horizon)
            wakes.Schedule(run, when);
    }

    /// <summary>Decides a batch. What comes back is to be committed, then released, in the order of the steps; null when nothing is left to do.</summary>
    /// <param name="writeLagging">Write what lags too.</param>
    public ShardBatch? Step(List<Envelope> envelopes, DateTime now, bool writeLagging = false)
    {
        var batch = new ShardBatch();
        foreach (var envelope in CollectionsMarshal.AsSpan(envelopes))
            Process(envelope, batch, now);

        if (writeLagging)
        {
            foreach (var run in lagging)
                Mark(run, mayLag: false);
        }

        foreach (var run in CollectionsMarshal.AsSpan(dirty))
        {
            var debt = DebtOf(run, now);
            if (StartActivitiesForPollers(run, debt, batch, now))
                debt = DebtOf(run, now);
            if (!run.IsDeleted || run.HasUnsaved)
                batch.Writes.Add(run.TakeUnsaved(debt));
            if (run.IsDeleted)
            {
                batch.Writes.Add(RunWrite.Deletion(run.Key));
                debt = Debt.None;
            }

            run.BatchesInFlight++;
            run.IsDirty = false;
            run.IsTouched = false;
            lagging.Remove(run);
            Use(run);
            if (StartWorkflowTaskForPoller(run, debt, batch, now))
                debt = DebtOf(run, now);
            run.Owed = new OwedSet(debt.Now);
            batch.Settlements.Add((run, run.Snapshot, debt));
        }

        foreach (var run in CollectionsMarshal.AsSpan(touched))
        {
            if (!run.IsTouched)
                continue;

            run.IsTouched = false;
            if (run.IsSuspect && run.BatchesInFlight == 0)
            {
                Forget(run);
                continue;
            }

            lagging.Add(run);
            Use(run);
            var debt = DebtOf(run, now);
            run.Owed = new OwedSet(debt.Now);
            if (run.BatchesInFlight == 0)
            {
                Settle(run, run.Snapshot, debt, now);
                continue;
            }

            batch.Settlements.Add((run, run.Snapshot, debt));
            run.BatchesInFlight++;
        }

        dirty.Clear();
        touched.Clear();
        startedForPollers.Clear();
        lastContext = null;
        Evict();
        return batch.IsEmpty ? null : batch;
    }

    /// <summary>The batch and all before it are durable: hand out what is newly owed, wake watchers, answer.</summary>
    public void Release(ShardBatch batch, DateTime now)
    {
        foreach (var (run, snapshot, debt) in CollectionsMarshal.AsSpan(batch.Settlements))
        {
            run.BatchesInFlight--;
            Settle(run, snapshot, debt, now);
        }

        foreach (var gone in batch.Leaving)
            leaving.Remove(gone);

        foreach (var envelope in CollectionsMarshal.AsSpan(batch.Answers))
        {
            if (envelope is Watch watch)
                Begin(watch);
            else
                envelope.Release();
        }

        foreach (var (run, _, _) in CollectionsMarshal.AsSpan(batch.Settlements))
        {
            if ((run.IsSuspect || run.IsDeleted) && run.BatchesInFlight == 0)
                Forget(run);
        }

        Evict();
    }

    /// <summary>Makes a request of each wake that is due.</summary>
    public void TakeDue(DateTime now, Queue<Envelope> requests)
    {
        while (wakes.TryTakeDue(now, out var key))
        {
            if (runs.TryGetValue(key, out var run))
            {
                if (run.WakeAt is not { } due)
                    continue;
                if (due > now)
                {
                    Schedule(run, now);
                    continue;
                }
            }

            requests.Enqueue(new Wake(key));
        }
    }

    /// <summary>The caller of a watch wants to wait no longer.</summary>
    public void EndWatch(Watch watch)
    {
        // One that has not come to its run yet sees its cancellation there.
        if (watch.IsOver || watch.Snapshot is null || !runs.TryGetValue(watch.Snapshot.State.Key, out var run))
            return;
        if (run.Watches?.Remove(watch) == true)
            watch.Release();
    }

    /// <summary>Ends all watches with what they saw last: the server is stopping.</summary>
    public void EndWatches()
    {
        foreach (var run in runs.Values)
        {
            foreach (var watch in run.Watches ?? [])
                watch.Release();
            run.Watches = null;
        }
    }

    /// <summary>Forgets everything: what is in memory is not what is stored.</summary>
    public void ForgetAll()
    {
        PutBackPollers();
        foreach (var run in runs.Values)
        {
            foreach (var watch in run.Watches ?? [])
                Again.Enqueue(watch);
        }

        runs.Clear();
        currentRuns.Clear();
        open.Clear();
        closed.Clear();
        lagging.Clear();
        leaving.Clear();
        dirty.Clear();
        touched.Clear();
        wakes.Clear();
    }

    private void Process(Envelope envelope, ShardBatch batch, DateTime now)
    {
        if (envelope.Cancellation.IsCancellationRequested && envelope is not Watch)
        {
            envelope.Cancel();
            return;
        }

        if (envelope is WriteCompacted compacted)
        {
            batch.Writes.Add(compacted.Write);
            batch.Answers.Add(envelope);
            return;
        }

        var run = Find(envelope.Target);
        if (run is null && envelope.LoadProblem is { } problem)
        {
            envelope.Refuse(problem);
            envelope.Release();
            return;
        }

        if (run is not null)
            Use(run);
        if (run is null && envelope is DeleteExpired && !leaving.Contains(envelope.Key))
        {
            // Nothing of it is in memory, and the store says that it is closed and owes nothing: it need not be loaded to be deleted.
            leaving.Add(envelope.Key);
            batch.Leaving.Add(envelope.Key);
            batch.Writes.Add(RunWrite.Deletion(envelope.Key));
            batch.Answers.Add(envelope);
            return;
        }

        var changes = false;
        try
        {
            var present = run is { IsDeleted: false } ? run : null;
            var change = envelope.Decide(present?.State, ContextOf(envelope.Target.NamespaceId, now));
            var created = Apply(present, change);
            changes = created is not null || change.Deletes || (change.Run is not null && !change.MayLag);

            // Time alone made something due (the retry of an activity): nothing to record, but to hand out; and the header is out of date.
            if (envelope is Wake { WasInVain: true } && present is not null)
            {
                present.WokenInVainAt = now;
                Mark(present, mayLag: true);
            }

            envelope.Snapshot = (created is not null && envelope.Target.RunId.Length == 0 ? created : present)?.Snapshot;
        }
#pragma warning disable CA1031 // A bug in a decision costs one request and one reload of its run, never the shard.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ShardLog.DecisionFailed(environment.Logger, e, envelope.ToString()!, envelope.Target.WorkflowId, run?.Key.RunId ?? envelope.Target.RunId);
            envelope.Refuse(new Refusal(RefusalCode.Internal, $"Internal error while deciding {envelope} of workflow {envelope.Target.WorkflowId}: {e.Message}"));
            envelope.Release();
            if (run is not null)
                Suspect(run);
            return;
        }

        if (changes || run is { IsDirty: true } or { BatchesInFlight: > 0 })
        {
            batch.Answers.Add(envelope);
            return;
        }

        if (envelope is Watch watch)
            Begin(watch);
        else
            envelope.Release();
    }

    private CachedRun? Apply(CachedRun? run, in DecidedChange change)
    {
        // Everything that can refuse comes before anything that changes memory.
        CachedRun? created = null;
        if (change.NewRun is { } newRun)
        {
            Invariant.Holds(!runs.ContainsKey(newRun.State.Key));
            created = new CachedRun(newRun);
        }

        if (change.Run is { } changed)
        {
            Invariant.Holds(run is not null);
            run.Append(changed);
            Mark(run, change.MayLag && created is null);
        }

        if (change.Deletes)
        {
            Invariant.Holds(run is not null);
            run.IsDeleted = true;
            Mark(run, mayLag: false);
        }

        if (created is not null)
        {
            Add(created);
            SetCurrent(created.Key);
            Mark(created, mayLag: false);
        }

        return created;
    }

    private void Mark(CachedRun run, bool mayLag)
    {
        if (mayLag)
        {
            if (!run.IsTouched)
                touched.Add(run);
            run.IsTouched = true;
        }
        else if (!run.IsDirty)
        {
            run.IsDirty = true;
            dirty.Add(run);
        }
    }

    private void Settle(CachedRun run, RunSnapshot snapshot, Debt debt, DateTime now)
    {
        HandOut(run, debt);
        run.WakeAt = debt.WakeAt;
        Schedule(run, now);

        if (run.Watches is { Count: > 0 } watches)
            watches.RemoveAll(watch => watch.Check(snapshot));
        if (run.IsDeleted && run.BatchesInFlight == 0)
        {
            foreach (var watch in run.Watches ?? [])
                watch.EndWithout();
            run.Watches = null;
        }
    }

    private void HandOut(CachedRun run, Debt debt)
    {
        var before = run.HandedOut;
        var owed = new OwedSet(debt.Now);
        run.HandedOut = owed;

        // First what is owed no longer: a task that moves from its sticky queue to the normal one is the same task to the queues, and would be taken out
        // again with the old one.
        foreach (var obligation in before.All)
        {
            if (!owed.Contains(obligation))
                environment.Queues.Withdraw(run.Key, obligation);
        }

        foreach (var obligation in owed.All)
        {
            if (!before.Contains(obligation))
                HandOut(run.Key, obligation);
        }
    }

    private void HandOut(in RunKey run, Obligation obligation)
    {
        switch (obligation)
        {
            case Obligation.DispatchWorkflowTask task:
                environment.Queues.AddWorkflowTask(run, task);
                break;
            case Obligation.DispatchActivity task:
                environment.Queues.AddActivityTask(run, task);
                break;
            case Obligation.Deliver message:
                deliver(run, message.Delivery);
                break;
            case Obligation.Delete:
                Again.Enqueue(new Ask<bool>(new DeleteClosedRun(WorkflowTarget.Of(run)), CancellationToken.None));
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void Schedule(CachedRun run, DateTime now)
    {
        if (run.WakeAt is not { } when)
        {
            wakes.Cancel(run.Key);
            return;
        }

        if (when <= run.WokenInVainAt)
            when = now + AfterWakeInVain;

        // What lags is not in the store, so the store cannot be relied on to tell of it.
        if (when <= Horizon || run.HasUnsaved)
            wakes.Schedule(run.Key, when);
    }

    // The snapshot is durable by now: this is called either with nothing in flight, or from the release of the batch that the snapshot is of.
    private void Begin(Watch watch)
    {
        if (watch.Snapshot is not { } snapshot)
        {
            watch.Release();
            return;
        }

        if (watch.Check(snapshot))
            return;

        if (!runs.TryGetValue(snapshot.State.Key, out var run))
        {
            Again.Enqueue(watch);
            return;
        }

        (run.Watches ??= []).Add(watch);
        watch.OnCancelled(watchCancelled);
    }

    private Debt DebtOf(CachedRun run, DateTime now)
    {
        try
        {
            return Debts.Of(run.State, now);
        }
#pragma warning disable CA1031 // The state is what it is; a bug in deriving from it must not undo it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ShardLog.DebtUnknown(environment.Logger, e, run.Key.WorkflowId, run.Key.RunId);
            return new Debt([], now + AfterUnknownDebt);
        }
    }

    private DecisionContext ContextOf(string namespaceId, DateTime now)
    {
        if (lastContext?.Namespace.Id == namespaceId)
            return lastContext;
        return lastContext = new DecisionContext
        {
            Now = now,
            NewId = environment.NewId,

            // A run may outlive its namespace for a while; its timers still fire.
            Namespace = environment.FindNamespace(namespaceId) ?? new NamespaceView(namespaceId, namespaceId),
            Limits = environment.Limits,
        };
    }

    private CachedRun? Find(in WorkflowTarget target)
    {
        var runId = target.RunId;
        if (runId.Length == 0 && !currentRuns.TryGetValue(WorkflowKey.Of(target), out runId!))
            return null;
        return runs.GetValueOrDefault(new RunKey(target.NamespaceId, target.WorkflowId, runId));
    }

    private void Add(CachedRun run)
    {
        runs.Add(run.Key, run);
        Use(run);
    }

    private void Use(CachedRun run) => (run.State.IsClosed ? closed : open).Use(run);

    private void Evict()
    {
        Evict(closed, cacheBytes / ClosedShare);
        Evict(open, cacheBytes - closed.Bytes);
    }

    private void Evict(RecentRuns recent, long most)
    {
        for (var looked = 0; recent.Bytes > most && looked < EvictionReach && recent.Oldest is { } oldest; looked++)
        {
            if (oldest.IsEvictable)
                Forget(oldest);
            else
                Use(oldest);
        }
    }

    private void Suspect(CachedRun run)
    {
        run.IsSuspect = true;
        if (run.BatchesInFlight == 0 && !run.IsDirty && !run.IsTouched)
            Forget(run);
    }

    private void Forget(CachedRun run)
    {
        if (!runs.Remove(run.Key))
            return;
        run.Recent?.Remove(run);
        lagging.Remove(run);
        if (currentRuns.TryGetValue(WorkflowKey.Of(run.Key), out var current) && current == run.Key.RunId)
            currentRuns.Remove(WorkflowKey.Of(run.Key));
        foreach (var watch in run.Watches ?? [])
            Again.Enqueue(watch);

        // What it was about to do is derived again; a record that lagged is lost, and so owed again.
        if (run.IsSuspect)
            Again.Enqueue(new Touch(WorkflowTarget.Of(run.Key), CancellationToken.None));
    }
}
