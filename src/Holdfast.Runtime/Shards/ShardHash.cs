using Holdfast.Engine;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// Which shard a workflow id belongs to. Stored runs are found by this number, so it must give the same answer for ever: FNV-1a, 64 bits,
/// over the UTF-16 code units of the namespace's id, a zero, and the workflow id; then the folded value modulo the number of shards.
/// </summary>
internal static class ShardHash
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static int ShardOf(in WorkflowTarget target, int shards)
    {
        var hash = Mix(Mix(OffsetBasis, target.NamespaceId), "\0");
        hash = Mix(hash, target.WorkflowId);

        // FNV's low bits are its weak ones: fold the high half in before the modulo.
        return (int)((hash ^ (hash >> 32)) % (uint)shards);
    }

    private static ulong Mix(ulong hash, string text)
    {
        foreach (var unit in text)
        {
            hash = (hash ^ (byte)unit) * Prime;
            hash = (hash ^ (byte)(unit >> 8)) * Prime;
        }

        return hash;
    }
}
