using Holdfast.Engine;
using Holdfast.Storage;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// The asynchronous shell around a <see cref="ShardCore"/>: one loop that takes what waits in the inbox, loads what is missing, lets the core decide, hands
/// the writes to the journal and goes on with the next batch while they are being written.
/// </summary>
/// <remarks>
/// When a commit fails the shard forgets all it has in memory, tells those who wait that it could not, opens its journal again and derives from the store
/// anew. Requests that were not decided yet are decided then. When another server took the shard over, this one is done with it for good.
/// </remarks>
internal sealed class ShardRunner : IAsyncDisposable
{
    /// <summary>Requests that may wait here; more are refused, since a queue that only grows helps nobody.</summary>
    internal const int InboxCapacity = 10_000;

    // Enough to share one journal row and one commit under load, few enough to keep replies coming.
    private const int MaxBatch = 256;

    // How far to decide ahead of the disk: one batch being written, the others queued behind it.
    private const int MaxBatchesInFlight = 4;

    private const int DueRunsPage = 256;

    // Going on where the loop runs, whatever scheduler that is.
    private const ConfigureAwaitOptions Quietly = ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    private static readonly TimeSpan WakeHorizon = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RefillInterval = TimeSpan.FromSeconds(30);

    // How long records that may lag do so at most.
    private static readonly TimeSpan LagInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly int shard;
    private readonly ShardEnvironment environment;
    private readonly ShardCore core;
    private readonly DeliveryService deliveries;
    private readonly Quarantine quarantine;
    private readonly ShardInbox inbox;
    private readonly Queue<Envelope> pending = new();
    private readonly Queue<ShardBatch> inFlight = new();
    private readonly List<Envelope> taken = new(MaxBatch);
    private readonly ITimer timer;
    private readonly Action batchEnded;
    private ShardJournal? journal;
    private CancellationTokenSource epoch = new();
    private Task running = Task.CompletedTask;
    private int waiting;
    private int failures;
    private volatile bool stopping;

    // Batches are in flight: what comes meanwhile may as well wait and be decided together.
    private volatile bool isWriting;
    private volatile Refusal? refusedForGood;
    private DateTime armedFor = DateTime.MaxValue;
    private DateTime nextRefill = DateTime.MaxValue;
    private DateTime nextLagWrite = DateTime.MaxValue;
    private DateTime quietUntil = DateTime.MinValue;
    private DateTime reopenAt = DateTime.MinValue;

    public ShardRunner(int shard, ShardEnvironment environment, long cacheBytes, DeliveryService deliveries)
    {
        this.shard = shard;
        this.environment = environment;
        this.deliveries = deliveries;
        inbox = new ShardInbox(environment.Scheduler);
        quarantine = new Quarantine(environment.Logger);
        core = new ShardCore(environment, cacheBytes, Deliver, watch => inbox.TryPut(new WatchCancelled(watch)));
        batchEnded = () => inbox.TryPut(ShardSignal.BatchEnded);
        timer = environment.Time.CreateTimer(
            static state => ((ShardRunner)state!).inbox.TryPut(ShardSignal.Tick), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private DateTime Now => environment.Time.GetUtcNow().UtcDateTime;

    /// <summary>Takes the shard. Before <see cref="Start"/>, so that a store that cannot be used keeps the server from starting.</summary>
    public async ValueTask OpenAsync(CancellationToken cancellation) => journal = await environment.Journal.OpenAsync(shard, cancellation);

    public void Start() => running = Run(RunAsync);

    /// <summary>Decides what has been asked, writes everything, then ends. Whoever asks later is refused.</summary>
    public async ValueTask DisposeAsync()
    {
        stopping = true;
        inbox.TryPut(ShardSignal.Stop);
        await running;
        await timer.DisposeAsync();
        epoch.Dispose();
    }

    /// <summary>Puts a caller's envelope into the inbox; a refusal says why not.</summary>
    public Refusal? Enqueue(Envelope envelope)
    {
        if (stopping)
            return NotServing;
        if (Interlocked.Increment(ref waiting) > InboxCapacity)
        {
            Interlocked.Decrement(ref waiting);
            return Refusal.Exhausted(ResourceExhaustedCause.SystemOverloaded, $"Shard {shard} has {InboxCapacity} requests waiting.");
        }

        // Before the loop can see it.
        envelope.IsCounted = true;
        if (inbox.TryPut(envelope, inline: !isWriting))
            return null;
        return NotServing;
    }

    private Refusal NotServing => refusedForGood ?? Refusal.Unavailable("The server is shutting down.");

    private async Task RunAsync()
    {
        try
        {
            FindDueRuns(recovering: true);
            while (true)
            {
                if (TakeMessages())
                {
                    await FinishAsync();
                    return;
                }

                await WorkAsync();
                if (ArmTimer() && !CanDecide)
                    await inbox.WaitAsync();
            }
        }
        catch (ShardLostException e)
        {
            ShardLog.ShardLost(environment.Logger, shard, e.Message);
            await EndEpochAsync();
            refusedForGood = Refusal.Unavailable($"{e.Message} This server serves it no more.");
            Abandon(refusedForGood);
            environment.OnShardLost(shard);
        }
#pragma warning disable CA1031 // The last line: whoever waits must not wait for ever.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ShardLog.ShardStopped(environment.Logger, e, shard);
            Abandon(Refusal.Unavailable($"Shard {shard} stopped because of an internal error: {e.Message}"));
        }
    }

    private async ValueTask WorkAsync()
    {
        try
        {
            if (journal is null && !await ReopenAsync())
                return;
            await ReleaseAsync();
            await DecideAsync();
        }
#pragma warning disable CA1031 // A bug outside of any decision: what is in memory cannot be trusted, what is stored can.
        catch (Exception e) when (e is not ShardLostException)
#pragma warning restore CA1031
        {
            await ReloadAsync(e);
        }
    }

    private bool CanDecide => journal is not null && pending.Count > 0 && inFlight.Count < MaxBatchesInFlight;

    /// <summary>Empties the inbox; true when one of the messages was to stop.</summary>
    private bool TakeMessages()
    {
        var stop = false;
        while (inbox.TryTake(out var message))
        {
            switch (message)
            {
                case Envelope envelope:
                    pending.Enqueue(envelope);
                    break;
                case WatchCancelled cancelled:
                    core.EndWatch(cancelled.Watch);
                    break;
                case DueRunsFound found:
                    foreach (var due in found.Runs)
                    {
                        if (due.WakeAt is { } when)
                            core.ScheduleWake(due.Run, when);
                    }

                    break;
                case ShardSignal signal:
                    stop |= signal == ShardSignal.Stop;

                    // The timer counts on another clock than events are stamped with and may go off a little early: then it must be armed for
                    // the same time again, or what is due would wait until something else happens in this shard.
                    if (signal == ShardSignal.Tick)
                        armedFor = DateTime.MaxValue;
                    break;
            }
        }

        return stop;
    }

    /// <summary>Releases the batches whose commits have ended, oldest first.</summary>
    private async ValueTask ReleaseAsync()
    {
        while (inFlight.TryPeek(out var batch) && batch.Commit.IsCompleted)
        {
            if (!batch.Commit.IsCompletedSuccessfully)
            {
                await ReloadAsync(batch.Commit.Exception?.InnerException ?? new OperationCanceledException());
                return;
            }

            inFlight.Dequeue();
            if (batch.Writes.Count > 0)
                failures = 0;
            core.Release(batch, Now);
            TakeAgain();
        }

        isWriting = inFlight.Count > 0;
    }

    private async ValueTask DecideAsync()
    {
        var now = Now;
        if (now >= nextRefill)
        {
            FindDueRuns(recovering: false);
        }

        if (now >= quietUntil)
            core.TakeDue(now, pending);

        while (true)
        {
            var writeLagging = core.HasLagging && now >= nextLagWrite && inFlight.Count < MaxBatchesInFlight;
            if (!CanDecide && !writeLagging)
                break;

            while (taken.Count < MaxBatch && pending.TryDequeue(out var envelope))
            {
                Uncount(envelope);
                taken.Add(envelope);
            }

            foreach (var envelope in taken)
            {
                if (envelope is not (DeleteExpired or WriteCompacted) && !core.Has(envelope.Target))
                    await LoadAsync(envelope);
            }

            // Read again: loading may have taken its time, and events are stamped with this.
            now = Now;
            if (core.Step(taken, now, writeLagging) is { } batch)
                Commit(batch);
            taken.Clear();
            TakeAgain();
            nextLagWrite = !core.HasLagging ? DateTime.MaxValue : nextLagWrite == DateTime.MaxValue || writeLagging ? now + LagInterval : nextLagWrite;
        }
    }

    private void Commit(ShardBatch batch)
    {
        inFlight.Enqueue(batch);
        isWriting = true;
        if (batch.Writes.Count > 0)
        {
            batch.Commit = journal!.CommitAsync(batch.Writes, batchEnded);
        }
        else if (inFlight.Count == 1)
        {
            batchEnded();
        }
    }

    private async ValueTask LoadAsync(Envelope envelope)
    {
        var target = envelope.Target;
        envelope.LoadProblem = null;
        try
        {
            var runId = target.RunId;
            if (runId.Length == 0)
                runId = await environment.Store.FindCurrentRunAsync(target.NamespaceId, target.WorkflowId, CancellationToken.None);
            if (runId is null)
                return;

            var key = new RunKey(target.NamespaceId, target.WorkflowId, runId);
            if (core.IsLeaving(key))
                return;
            if (!core.Has(key))
            {
                if (quarantine.Find(key, Now) is { } damaged)
                {
                    envelope.LoadProblem = damaged;
                    return;
                }

                if (await environment.Store.LoadRunAsync(key, CancellationToken.None) is not { } stored)
                    return;
                core.AddLoaded(CachedRun.Load(key, stored), Now);
            }

            if (target.RunId.Length == 0)
                core.SetCurrent(key);
        }
        catch (DamagedRunException e)
        {
            envelope.LoadProblem = quarantine.Add(e, Now);
        }
#pragma warning disable CA1031 // Whatever the store's trouble, only those who need what is not in memory suffer from it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ShardLog.LoadFailed(environment.Logger, e, target.WorkflowId, target.RunId);
            envelope.LoadProblem = Refusal.Unavailable($"Workflow {target.WorkflowId} cannot be loaded now: {e.Message}");
        }
    }

    /// <summary>A commit failed, or nobody knows: whatever is in memory may never have happened.</summary>
    private async ValueTask ReloadAsync(Exception reason)
    {
        if (reason is ShardLostException lost)
            throw lost;
        ShardLog.Reloading(environment.Logger, reason, shard);
        failures++;

        // Those queued behind it fail as well; until they have, the journal may still be moving.
        foreach (var batch in inFlight)
            await batch.Commit.ConfigureAwait(Quietly);

        core.ForgetAll();
        var refusal = Refusal.Unavailable($"The change could not be made durable and may or may not be found again: {reason.Message}");
        while (inFlight.TryDequeue(out var batch))
            taken.AddRange(batch.Answers);
        foreach (var envelope in taken)
        {
            if (envelope is Watch)
            {
                pending.Enqueue(envelope);
                continue;
            }

            envelope.Refuse(refusal);
            envelope.Release();
        }

        taken.Clear();
        TakeAgain();
        await EndEpochAsync();
        epoch = new CancellationTokenSource();

        // While the disk is full, timers that are due would fail again and again at full speed; reads go on meanwhile.
        quietUntil = Now + Pause(failures);
        journal = null;
        nextLagWrite = DateTime.MaxValue;
        reopenAt = DateTime.MinValue;
        await ReopenAsync();
    }

    /// <summary>
    /// Opens the journal once more, if it is time to try. As long as it cannot be opened the store is not there, and callers are told so at once.
    /// </summary>
    private async ValueTask<bool> ReopenAsync()
    {
        if (Now >= reopenAt)
        {
            try
            {
                journal = await environment.Journal.OpenAsync(shard);
                FindDueRuns(recovering: true);
                return true;
            }
#pragma warning disable CA1031 // Whatever keeps the store away, it is asked again.
            catch (Exception e) when (e is not ShardLostException)
#pragma warning restore CA1031
            {
                var pause = Pause(failures++);
                ShardLog.OpenFailed(environment.Logger, e, shard, pause.TotalMilliseconds);
                reopenAt = Now + pause;
            }
        }

        RefusePending(Refusal.Unavailable("The database cannot be reached now."));
        return false;
    }

    private void RefusePending(Refusal refusal)
    {
        for (var left = pending.Count; left > 0; left--)
        {
            var envelope = pending.Dequeue();
            if (envelope is Watch)
            {
                pending.Enqueue(envelope);
                continue;
            }

            Uncount(envelope);
            envelope.Refuse(refusal);
            envelope.Release();
        }
    }

    private void FindDueRuns(bool recovering)
    {
        // The horizon moves before the store is read: what is committed meanwhile is then scheduled by one or the other.
        var horizon = Now + WakeHorizon;
        core.Horizon = horizon;
        nextRefill = Now + RefillInterval;

        // Away from the loop: a store may read synchronously.
        var cancellation = epoch.Token;
        _ = Run(() => FindDueRunsAsync(recovering, horizon, cancellation));
    }

    /// <summary>
    /// Asks the store for what is due within the horizon. When recovering, runs that owe something at once are loaded too, page by page, beside the requests
    /// that come in; later on their debts are known to be handed out.
    /// </summary>
    private async Task FindDueRunsAsync(bool recovering, DateTime horizon, CancellationToken cancellation)
    {
        for (var attempt = 1; !cancellation.IsCancellationRequested; attempt++)
        {
            try
            {
                DueRun? after = null;
                while (true)
                {
                    var page = await environment.Store.FindDueRunsAsync(shard, horizon, after, DueRunsPage, cancellation);
                    inbox.TryPut(new DueRunsFound(page));
                    if (recovering)
                        await TouchAsync(page, cancellation);
                    if (page.Count < DueRunsPage)
                        return;
                    after = page[^1];
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
#pragma warning disable CA1031 // A store that cannot be read now is asked again: at once in recovery, at the next interval else.
            catch (Exception e)
#pragma warning restore CA1031
            {
                ShardLog.DueRunsUnknown(environment.Logger, e, shard);
                if (!recovering)
                    return;
            }

            await Task.Delay(Pause(attempt), environment.Time, cancellation).ConfigureAwait(Quietly);
        }
    }

    private async ValueTask TouchAsync(IReadOnlyList<DueRun> page, CancellationToken cancellation)
    {
        ValueTask<bool>? last = null;
        foreach (var due in page)
        {
            if (!due.Owes)
                continue;

            // Not counted against the inbox: the page is the bound.
            var touch = new Touch(WorkflowTarget.Of(due.Run), cancellation);
            last = touch.Task;
            if (!inbox.TryPut(touch))
                return;
        }

        if (last is { } touched)
            await touched;
    }

    private void Deliver(RunKey sender, Delivery delivery) => _ = deliveries.RunAsync(sender, delivery, epoch.Token);

    private Task Run(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, environment.Scheduler).Unwrap();

    // As CancelAsync, which knows no scheduler but the thread pool.
    private Task EndEpochAsync() =>
        Task.Factory.StartNew(epoch.Cancel, CancellationToken.None, TaskCreationOptions.DenyChildAttach, environment.Scheduler);

    // A watch may be taken several times, but came in once.
    private void Uncount(Envelope envelope)
    {
        if (!envelope.IsCounted)
            return;
        envelope.IsCounted = false;
        Interlocked.Decrement(ref waiting);
    }

    private void TakeAgain()
    {
        while (core.Again.TryDequeue(out var envelope))
            pending.Enqueue(envelope);
    }

    /// <summary>One timer for whatever comes first. False when that is due already.</summary>
    private bool ArmTimer()
    {
        var next = journal is null ? reopenAt : nextRefill;

        // With all batches in flight nothing can be written; the end of a commit wakes the loop.
        // What lagged may be gone with its run; a time that is over would keep this loop running round for nothing.
        if (core.HasLagging && nextLagWrite < next && inFlight.Count < MaxBatchesInFlight)
            next = nextLagWrite;
        if (journal is not null && core.NextWake is { } wake)
        {
            if (wake < quietUntil)
                wake = quietUntil;
            if (wake < next)
                next = wake;
        }

        var now = Now;
        if (next <= now)
            return false;

        // One that goes off too early finds nothing due and is armed again; to put it off each time a run is done with its timeouts would cost more.
        if (armedFor <= next)
            return true;
        armedFor = next;

        // Rounded up to whole milliseconds: a timer that goes off a little early finds nothing due and is armed once more.
        timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling((next - now).TotalMilliseconds)), Timeout.InfiniteTimeSpan);

        // A virtual clock may have jumped between the two lines above, and the timer counts from where it is now.
        return next > Now;
    }

    private async ValueTask FinishAsync()
    {
        while (journal is not null && (pending.Count > 0 || inFlight.Count > 0 || core.HasLagging))
        {
            nextLagWrite = DateTime.MinValue;
            await DecideAsync();
            if (inFlight.TryPeek(out var batch))
            {
                await batch.Commit.ConfigureAwait(Quietly);

                // A journal that fails now is not opened again: what could not be written was not answered either.
                if (!batch.Commit.IsCompletedSuccessfully)
                    break;
                await ReleaseAsync();
            }

            TakeMessages();
        }

        await EndEpochAsync();
        core.EndWatches();
        Abandon(Refusal.Unavailable("The server is shutting down."));
    }

    private void Abandon(Refusal refusal)
    {
        stopping = true;
        inbox.Close();
        TakeMessages();
        while (inFlight.TryDequeue(out var batch))
        {
            foreach (var envelope in batch.Answers)
                pending.Enqueue(envelope);
        }

        foreach (var envelope in taken)
            pending.Enqueue(envelope);
        core.ForgetAll();
        TakeAgain();
        while (pending.TryDequeue(out var envelope))
        {
            envelope.Refuse(refusal);
            envelope.Release();
        }
    }

    private static TimeSpan Pause(int attempt)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(attempt - 1, 10));
        return pause < LongestPause ? pause : LongestPause;
    }
}
