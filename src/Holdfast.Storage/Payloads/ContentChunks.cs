using System.Numerics;

namespace Holdfast.Storage.Payloads;

/// <summary>
/// Cuts bytes into chunks at places that their content chooses (FastCDC: a rolling hash over the last 64 bytes, and a stricter mask before the average
/// length than behind it). The same long stretch is therefore cut at the same places wherever it stands, whatever was put in before it.
/// </summary>
/// <remarks>
/// Where the cuts fall decides only how much is shared, never what is read back; still, a change here stores everything once more that is already there.
/// </remarks>
public static class ContentChunks
{
    /// <summary>No chunk but the last is shorter.</summary>
    public const int Shortest = 1024;

    /// <summary>No chunk is longer.</summary>
    public const int Longest = 16 * 1024;

    // Measured on an agent of 100 model calls whose conversation grows to 800 KB (40 MB in all): 2 KB make 706 KB on disk, but twice as many rows; 4 KB make 848 KB,
    // and 8 KB 985 KB.
    private const int Usual = 4 * 1024;

    // One bit more, and one fewer, than the usual length asks for: lengths then lie closer together.
    private static readonly ulong EarlyMask = Mask(BitOperations.Log2(Usual) + 1);
    private static readonly ulong LateMask = Mask(BitOperations.Log2(Usual) - 1);

    private static readonly ulong[] Gear = MakeGear();

    /// <summary>The length of the first chunk of what is not empty.</summary>
    public static int First(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= Shortest)
            return bytes.Length;

        var gear = Gear;
        var hash = 0UL;
        var usual = Math.Min(Usual, bytes.Length);
        var end = Math.Min(Longest, bytes.Length);
        var at = Shortest;
        for (; at < usual; at++)
        {
            hash = (hash << 1) + gear[bytes[at]];
            if ((hash & EarlyMask) == 0)
                return at + 1;
        }

        for (; at < end; at++)
        {
            hash = (hash << 1) + gear[bytes[at]];
            if ((hash & LateMask) == 0)
                return at + 1;
        }

        return end;
    }

    // The highest bits have seen the most bytes.
    private static ulong Mask(int bits) => ulong.MaxValue << (64 - bits);

    // SplitMix64: any fixed table of random-looking numbers would do.
    private static ulong[] MakeGear()
    {
        var gear = new ulong[256];
        var state = 0x486F6C6466617374UL;
        for (var i = 0; i < gear.Length; i++)
        {
            state += 0x9E3779B97F4A7C15UL;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            gear[i] = mixed ^ (mixed >> 31);
        }

        return gear;
    }
}
