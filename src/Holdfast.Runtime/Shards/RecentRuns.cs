namespace Holdfast.Runtime.Shards;

/// <summary>Runs in the order of their last use, and what they weigh together.</summary>
internal sealed class RecentRuns
{
    private readonly LinkedList<CachedRun> runs = new();

    /// <summary>What all of them take, as of the last use of each.</summary>
    public long Bytes { get; private set; }

    public CachedRun? Oldest => runs.First?.Value;

    /// <summary>Puts a run to the end, out of whatever list it was in, and weighs it anew.</summary>
    public void Use(CachedRun run)
    {
        if (runs.Last != run.Node)
        {
            run.Recent?.Remove(run);
            runs.AddLast(run.Node);
            run.Recent = this;
        }
        else
        {
            Bytes -= run.CountedBytes;
        }

        run.CountedBytes = run.Bytes;
        Bytes += run.CountedBytes;
    }

    public void Remove(CachedRun run)
    {
        runs.Remove(run.Node);
        run.Recent = null;
        Bytes -= run.CountedBytes;
    }

    public void Clear()
    {
        runs.Clear();
        Bytes = 0;
    }
}
