using Holdfast.Storage.Payloads;

namespace Holdfast.Storage.Sqlite.Payloads;

/// <summary>
/// Which chunks were stored or used lately, so that one who prepares a row need not compress what is there already: a conversation that is sent again is cut
/// anew each time. May be asked from any thread. It may forget and it may be wrong, either of which costs a compression, in one place or the other.
/// </summary>
internal sealed class RecentChunks
{
    // Chunks of some 500 MB: half a megabyte.
    private readonly ulong[] places = new ulong[1 << 16];

    public void Add(in ChunkHash hash) => Volatile.Write(ref Place(hash), (ulong)hash.First);

    public bool MayHold(in ChunkHash hash) => Volatile.Read(ref Place(hash)) == (ulong)hash.First;

    private ref ulong Place(in ChunkHash hash) => ref places[(int)((ulong)(hash.First >> 64) % (ulong)places.Length)];
}
