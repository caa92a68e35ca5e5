namespace Holdfast.Storage.Sqlite;

/// <summary>
/// Which workflow ids the store may know: a Bloom filter, so that most starts of new ids need not look theirs up. A lookup is more than it seems: a
/// read connection whose page cache every commit before has made worthless.
/// </summary>
/// <remarks>
/// Safety rests on this: what is written is added before it is written, and nothing is taken out, so what the filter denies is not there. It denies
/// nothing before everything that was there at the start is added. Benchmark: three-activities at 256 in flight.
/// </remarks>
internal sealed class KnownWorkflowIds(long expected)
{
    // With 16 bits for each id and 4 of them set, one lookup in a hundred is in vain; with twice as many ids as expected, one in twelve.
    private const int IdsPerWord = 4;
    private const long FewestExpected = 1 << 18;

    // 32 MB. With more ids than that, or far more new ones than stood here at the start, the filter admits what it need not: a lookup, no error.
    private const long MostExpected = 1 << 24;

    private readonly ulong[] words = new ulong[Math.Clamp(expected * 2, FewestExpected, MostExpected) / IdsPerWord];
    private volatile bool complete;

    public void Add(string namespaceId, string workflowId)
    {
        var (word, bits) = Place(namespaceId, workflowId);
        if ((Volatile.Read(ref words[word]) & bits) != bits)
            Interlocked.Or(ref words[word], bits);
    }

    /// <summary>All that was stored at the start is added.</summary>
    public void Complete() => complete = true;

    /// <summary>False when the id is certainly not stored.</summary>
    public bool MayHold(string namespaceId, string workflowId)
    {
        if (!complete)
            return true;
        var (word, bits) = Place(namespaceId, workflowId);
        return (Volatile.Read(ref words[word]) & bits) == bits;
    }

    private (int Word, ulong Bits) Place(string namespaceId, string workflowId)
    {
        // One word for each id: all its bits are in one cache line.
        var hash = (ulong)(uint)HashCode.Combine(namespaceId, workflowId) * 0x9E3779B97F4A7C15;
        var bits = (1UL << (int)(hash & 63)) | (1UL << (int)((hash >> 6) & 63)) | (1UL << (int)((hash >> 12) & 63)) | (1UL << (int)((hash >> 18) & 63));
        return ((int)((hash >> 24) % (ulong)words.Length), bits);
    }
}
