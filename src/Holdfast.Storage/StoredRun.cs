using Google.Protobuf;

namespace Holdfast.Storage;

/// <summary>
/// A run as read back: its slots, and its journal rows in order of sequence. The first of them has <paramref name="FirstSequence"/>: 1, or that of the
/// newest row with a snapshot, which is all that the run's state needs.
/// </summary>
public sealed record StoredRun(IReadOnlyList<byte[]> Rows, IReadOnlyDictionary<string, ByteString> Slots, long FirstSequence = 1)
{
    public long LastSequence => FirstSequence + Rows.Count - 1;
}
