using Holdfast.Storage;
using Holdfast.Storage.InMemory;

namespace Holdfast.Simulation.Machines;

/// <summary>The database that outlives all servers: a machine of its own, on which a commit may still go on when its server is dead.</summary>
internal sealed class SimulatedDisk(World world)
{
    private readonly Dictionary<int, long> newestRange = [];

    public InMemoryStore Store { get; } = new();

    public SimulatedProcess Process { get; } = new(world, "disk");

    /// <summary>Until then there is no room for anything new.</summary>
    public DateTime FullUntil { get; set; }

    public bool IsFull => world.Now < FullUntil && !world.IsCalm;

    /// <summary>Notes an acquired shard: its range ids must grow.</summary>
    public void Acquired(int shard, long range, bool renewed)
    {
        var newest = newestRange.GetValueOrDefault(shard);
        if (range < newest || (range == newest && !renewed))
            world.Violated($"shard {shard} got range id {range} after {newest}");
        newestRange[shard] = range;
    }

    public async Task WriteAsync(IReadOnlyList<CommitBatch> batches)
    {
        await Store.CommitAsync(batches, CancellationToken.None);
        foreach (var batch in batches)
        {
            if (batch.RangeId != newestRange.GetValueOrDefault(batch.Shard))
                world.Violated($"shard {batch.Shard} was written under range id {batch.RangeId}, the newest is {newestRange.GetValueOrDefault(batch.Shard)}");
        }

        world.Tell($"disk wrote {batches.Sum(batch => batch.Writes.Count)} of shards {string.Join(",", batches.Select(batch => batch.Shard))}");
    }
}
