namespace Holdfast.Storage;

/// <summary>
/// A shard's way to the journal, from one load of its state to the next. Once one batch has failed, every later one fails too, whatever it
/// holds: the shard decided it on top of state that was lost. The way back is <see cref="JournalWriter.OpenAsync"/>, then to reload.
/// </summary>
public sealed class ShardJournal
{
    private readonly JournalWriter writer;
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
    public Task CommitAsync(IReadOnlyList<RunWrite> writes, Action? ended = null) =>
        writer.Enqueue(new PendingCommit(this, new CommitBatch(Shard, RangeId, writes), ended));

    internal void Lose(Exception because) => Interlocked.CompareExchange(ref lostBecause, because, null);
}
