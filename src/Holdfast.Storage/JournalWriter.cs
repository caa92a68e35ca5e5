namespace Holdfast.Storage;

/// <summary>
/// The group commit of all shards: takes whatever batches wait, writes them in one transaction, then keeps all their promises. While the
/// disk is busy with one transaction the next one gathers, so that under load one fsync pays for hundreds of batches.
/// </summary>
/// <remarks>
/// Safety rests on two things: batches are written in the order in which they were queued, and a journal that lost a batch is marked so
/// before anybody hears of it, so that nothing decided on top of the lost state can slip into a later transaction. It does not rest on the
/// store knowing whether a failed transaction was written: the shards renew their claim, reload and see.
/// </remarks>
public sealed class JournalWriter : IAsyncDisposable
{
    // Bounds how long one transaction keeps everybody's replies back, and how much memory its pages need: some 20 ms of SQLite's work.
    private const int MaxWritesPerTransaction = 2_000;
    private const long MaxBytesPerTransaction = 16 * 1024 * 1024;

    private readonly IStore store;
    private readonly string owner;
    private readonly TaskScheduler? scheduler;
    private readonly Lock opening = new();
    private readonly Dictionary<int, ShardJournal> journals = [];
    private readonly HashSet<int> acquired = [];
    private readonly object gate = new();
    private readonly Queue<PendingCommit> queue = new();
    private readonly List<PendingCommit> taken = [];
    private readonly List<CommitBatch> batches = [];
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool stopping;
    private bool draining;

    /// <summary>Starts the writer. It does not own the store.</summary>
    /// <param name="owner">Names this writer and no other, ever: shards belong to it.</param>
    /// <param name="scheduler">
    /// Null for a thread of its own. Otherwise the transactions are written there, one after the other: by something that drives everything from one
    /// thread under a virtual clock.
    /// </param>
    public JournalWriter(IStore store, string owner, TaskScheduler? scheduler = null)
    {
        this.store = store;
        this.owner = owner;
        this.scheduler = scheduler;

        // A thread of its own: it blocks in fsync, and must not wait for the thread pool when that is busy with the work the fsync releases.
        if (scheduler is null)
            new Thread(Run) { IsBackground = true, Name = "journal writer" }.Start();
    }

    /// <summary>
    /// Opens a shard's journal: the first time by taking the shard from whoever owned it, later on only if it was not taken away meanwhile. An
    /// earlier journal of the same shard is shut: its batches that are not written yet fail. Completes when the store holds all that the earlier
    /// one got written, so that the shard can load.
    /// </summary>
    /// <exception cref="ShardLostException">Another server took the shard over.</exception>
    public async ValueTask<ShardJournal> OpenAsync(int shard, CancellationToken cancellation = default)
    {
        ShardJournal journal;
        bool renew;
        lock (opening)
        {
            renew = acquired.Contains(shard);
            if (journals.TryGetValue(shard, out var earlier))
                earlier.Lose(new CommitFailedException(shard, "its journal was opened anew"));
            journals[shard] = journal = new ShardJournal(this, shard);
        }

        await Enqueue(new PendingCommit(journal, batch: null));
        journal.RangeId = await store.AcquireShardAsync(shard, owner, renew, cancellation);
        lock (opening)
            acquired.Add(shard);
        return journal;
    }

    /// <summary>Writes what is queued, then stops. Later batches fail.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            stopping = true;
            Wake();
        }

        await stopped.Task;
    }

    /// <summary>Large batches are prepared on other threads; but whoever drives everything from one thread gets no others.</summary>
    internal bool PreparesAhead => scheduler is null;

    internal RunWrite Prepare(RunWrite write) => write.IsLarge ? store.Prepare(write) : write;

    internal Task Enqueue(PendingCommit pending)
    {
        lock (gate)
        {
            if (!stopping)
            {
                queue.Enqueue(pending);
                if (queue.Count == 1)
                    Wake();
                return pending.Task;
            }
        }

        Refuse(pending, new CommitFailedException(pending.Journal.Shard, "the server is stopping"));
        return pending.Task;
    }

    private void Wake()
    {
        if (scheduler is null)
        {
            Monitor.Pulse(gate);
        }
        else if (!draining)
        {
            draining = true;
            _ = Task.Factory.StartNew(DrainAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
        }
    }

    private void Run()
    {
        // Blocking is right here: this thread does nothing else.
        while (Take())
            WriteAsync().AsTask().GetAwaiter().GetResult();
        stopped.SetResult();
    }

    private async Task DrainAsync()
    {
        while (TryTake())
            await WriteAsync();
    }

    /// <summary>Waits for batches and takes as many as one transaction may hold; false when stopped and empty.</summary>
    private bool Take()
    {
        lock (gate)
        {
            while (queue.Count == 0)
            {
                if (stopping)
                    return false;
                Monitor.Wait(gate);
            }

            Gather();
        }

        return true;
    }

    private bool TryTake()
    {
        lock (gate)
        {
            if (queue.Count > 0)
            {
                Gather();
                return true;
            }

            draining = false;
            if (stopping)
                stopped.TrySetResult();
            return false;
        }
    }

    private void Gather()
    {
        taken.Clear();
        batches.Clear();
        var writes = 0;
        var bytes = 0L;
        while (queue.Count > 0 && writes < MaxWritesPerTransaction && bytes < MaxBytesPerTransaction)
        {
            var next = queue.Dequeue();
            taken.Add(next);
            if (next.Batch is not { } batch || next.Journal.LostBecause is not null)
                continue;

            batches.Add(batch);
            writes += batch.Writes.Count;
            foreach (var write in batch.Writes)
                bytes += write.Records.Length + write.Compacted.Sum(row => (long)row.Records.Length);
        }
    }

    private async ValueTask WriteAsync()
    {
        Exception? failure = null;
        while (batches.Count > 0)
        {
            try
            {
                await store.CommitAsync(batches, CancellationToken.None);
                break;
            }
            catch (ShardLostException e) when (batches.RemoveAll(batch => batch.Shard == e.Shard) > 0)
            {
                // That nothing was written is sure, so the other shards need not suffer for it: theirs go in without.
                foreach (var pending in taken)
                {
                    if (pending.Batch?.Shard == e.Shard)
                        pending.Journal.Lose(e);
                }
            }
#pragma warning disable CA1031 // Whatever went wrong, the outcome is unknown and every batch of the transaction hears of it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = e;
                break;
            }
        }

        if (failure is not null)
        {
            foreach (var pending in taken)
            {
                if (pending.Batch is not null)
                    pending.Journal.Lose(new CommitFailedException(pending.Journal.Shard, failure.Message, failure));
            }
        }

        foreach (var pending in taken)
        {
            if (pending.Batch is not null && pending.Journal.LostBecause is { } because)
            {
                Refuse(pending, because);
                continue;
            }

            pending.SetResult();
            pending.TellEnded();
        }
    }

    private static void Refuse(PendingCommit pending, Exception because)
    {
        pending.SetException(because);

        // A shard that is being given up need not await every batch; an unobserved failure is no news.
        _ = pending.Task.Exception;
        pending.TellEnded();
    }
}
