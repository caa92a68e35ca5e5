namespace Holdfast.Storage;

/// <summary>
/// A shard's way to the journal, from one load of its state to the next. Once one batch has failed, every later one fails too, whatever it
/// holds: the shard decided it on top of state that was lost. The way back is <see cref="JournalWriter.OpenAsync"/>, then to reload.
/// </summary>
public sealed class ShardJournal
{
    private readonly JournalWriter writer;
    private readonly Lock ordering = new();
    private Task preparing = Task.CompletedTask;
    private volatile Exception? lostBecause;

    internal ShardJournal(JournalWriter writer, int shard)
    {
        this.writer = writer;
        Shard = shard;
    }

    public int Shard { get; }

    /// <summary>Shown with every batch; set before the journal is handed out.</summary>
    internal long RangeId { get; set; }

    internal Exception? LostBecause => lostBecause;

    /// <summary>
    /// Queues a batch behind the ones before; completes when it is durable. A shard may queue the next batch before this one is: order is kept.
    /// How many it queues ahead is the shard's own bound.
    /// </summary>
    /// <param name="ended">Called as soon as the outcome is known, on the thread that writes: it must not block. Cheaper than to await the task only to be woken.</param>
    /// <exception cref="CommitFailedException">Thrown by the task: this batch or an earlier one of this journal failed, or the journal was opened anew.</exception>
    /// <exception cref="ShardLostException">Thrown by the task: another server owns the shard by now. There is no way back.</exception>
    public Task CommitAsync(IReadOnlyList<RunWrite> writes, Action? ended = null)
    {
        var pending = new PendingCommit(this, new CommitBatch(Shard, RangeId, writes), ended);
        lock (ordering)
        {
            var isLarge = writer.PreparesAhead && IsAnyLarge(writes);
            if (!isLarge && preparing.IsCompleted)
                return writer.Enqueue(pending);

            // Only this shard's batches wait for the preparation of a large one. One that is not large keeps its place behind it.
            preparing = EnqueueBehindAsync(preparing, isLarge ? Task.Run(() => Prepare(pending)) : Task.CompletedTask, pending);
            return pending.Task;
        }
    }

    private void Prepare(PendingCommit pending)
    {
        var batch = pending.Batch!;
        pending.Batch = batch with { Writes = [.. batch.Writes.Select(writer.Prepare)] };
    }

    private async Task EnqueueBehindAsync(Task before, Task preparation, PendingCommit pending)
    {
        // One whose preparation failed goes unprepared: the transaction then does it, and tells what is wrong. Neither of the two tasks may throw here.
        await preparation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ = writer.Enqueue(pending);
    }

    private static bool IsAnyLarge(IReadOnlyList<RunWrite> writes)
    {
        for (var i = 0; i < writes.Count; i++)
        {
            if (writes[i].IsLarge)
                return true;
        }

        return false;
    }

    internal void Lose(Exception because) => Interlocked.CompareExchange(ref lostBecause, because, null);
}
