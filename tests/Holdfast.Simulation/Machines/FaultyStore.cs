using Holdfast.Engine;
using Holdfast.Storage;

namespace Holdfast.Simulation.Machines;

/// <summary>
/// The database as one server sees it: slow, at times out of reach, and with answers that get lost, so that it stays unknown whether something was
/// written, or will yet be.
/// </summary>
internal sealed class FaultyStore(World world, SimulatedDisk disk, SimulatedProcess server) : IStore
{
    private const double ReadFails = 0.003;
    private const double AcquireFails = 0.05;

    public ValueTask<long> AcquireShardAsync(int shard, string owner, bool renew, CancellationToken cancellation) => On(async () =>
    {
        await disk.Process.Pause(world.Dice.Between(0.0001, 0.003));
        if (world.Mishap(AcquireFails))
            throw new IOException("The connection was refused.");
        var range = await disk.Store.AcquireShardAsync(shard, owner, renew, cancellation);
        world.Tell($"{owner} {(renew ? "renewed" : "took")} shard {shard}: {range}");
        disk.Acquired(shard, range, renew);
        if (world.Mishap(AcquireFails))
            throw new IOException("The connection broke.");
        return range;
    });

    public ValueTask CommitAsync(IReadOnlyList<CommitBatch> batches, CancellationToken cancellation)
    {
        var written = On(async () =>
        {
            await disk.Process.Pause(world.Mishap(0.01) ? world.Dice.Between(0.1, 8) : world.Dice.Between(0.0001, 0.004));
            if (disk.IsFull)
                throw new IOException("No space left on device.");
            if (world.Mishap(0.005))
                throw new IOException("The write failed.");
            if (world.Mishap(0.002))
            {
                server.Kill();
                return false;
            }

            if (world.Mishap(0.003))
            {
                // The server gives up waiting; the transaction is on its way all the same, unless the shard is fenced by then.
                _ = disk.Process.Run(() => WriteLateAsync(batches));
                throw new IOException("Timed out waiting for the commit.");
            }

            await disk.WriteAsync(batches);
            if (world.Mishap(0.002))
                server.Kill();
            if (world.Mishap(0.005))
                throw new IOException("The connection broke before the commit was confirmed.");
            return true;
        });
        return new ValueTask(written.AsTask());
    }

    public ValueTask<StoredRun?> LoadRunAsync(RunKey run, CancellationToken cancellation) => Read(() => disk.Store.LoadRunAsync(run, cancellation));

    public ValueTask<IReadOnlyList<JournalRow>?> LoadJournalAsync(RunKey run, CancellationToken cancellation) =>
        Read(() => disk.Store.LoadJournalAsync(run, cancellation));

    public ValueTask<IReadOnlyList<JournalRow>?> ReadHistoryAsync(RunKey run, long firstEventId, long lastEventId, CancellationToken cancellation) =>
        Read(() => disk.Store.ReadHistoryAsync(run, firstEventId, lastEventId, cancellation));

    public RunWrite Prepare(RunWrite write) => disk.Store.Prepare(write);

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> row) => disk.Store.Compress(row);

    public ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation) =>
        Read(() => disk.Store.FindCurrentRunAsync(namespaceId, workflowId, cancellation));

    public ValueTask<IReadOnlyList<DueRun>> FindDueRunsAsync(int shard, DateTime wakeBefore, DueRun? after, int limit, CancellationToken cancellation) =>
        Read(() => disk.Store.FindDueRunsAsync(shard, wakeBefore, after, limit, cancellation));

    public ValueTask<IReadOnlyList<CompactableRun>> FindCompactableRunsAsync(int shard, long afterEntityId, int limit, CancellationToken cancellation) =>
        Read(() => disk.Store.FindCompactableRunsAsync(shard, afterEntityId, limit, cancellation));

    public ValueTask<IReadOnlyList<RunKey>> FindExpiredRunsAsync(string namespaceId, DateTime closedBefore, int limit, CancellationToken cancellation) =>
        Read(() => disk.Store.FindExpiredRunsAsync(namespaceId, closedBefore, limit, cancellation));

    public ValueTask<VisibilityPage> ListAsync(VisibilityQuery query, CancellationToken cancellation) => Read(() => disk.Store.ListAsync(query, cancellation));

    public ValueTask<VisibilityCount> CountAsync(VisibilityQuery query, CancellationToken cancellation) => Read(() => disk.Store.CountAsync(query, cancellation));

    public ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation) =>
        Read(() => disk.Store.LoadNamespacesAsync(cancellation));

    public ValueTask SaveNamespaceAsync(StoredNamespace ns, CancellationToken cancellation) => disk.Store.SaveNamespaceAsync(ns, cancellation);

    public ValueTask<int> FixShardCountAsync(int proposed, CancellationToken cancellation) => Read(() => disk.Store.FixShardCountAsync(proposed, cancellation));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task WriteLateAsync(IReadOnlyList<CommitBatch> batches)
    {
        await disk.Process.Pause(world.Dice.Between(0, 0.02));
        try
        {
            await disk.WriteAsync(batches);
        }
        catch (ShardLostException)
        {
            world.Tell("disk refused a late commit");
        }
    }

    private ValueTask<T> Read<T>(Func<ValueTask<T>> read) => On(async () =>
    {
        await disk.Process.Pause(world.Mishap(0.01) ? world.Dice.Between(0.1, 3) : world.Dice.Between(0.00001, 0.001));
        if (world.Mishap(ReadFails))
            throw new IOException("The read failed.");
        return await read();
    });

    private ValueTask<T> On<T>(Func<Task<T>> work) => new(disk.Process.Run(work));
}
