using Google.Protobuf;

namespace Holdfast.Runtime;

/// <summary>
/// Encoded events with ids <see cref="FirstEventId"/>, +1, … An array that only ever grows behind <paramref name="count"/> is shared with the
/// run's own history: what a slice shows never changes.
/// </summary>
public readonly struct HistorySlice(ByteString[] events, int offset, int count)
{
    public int Count => count;

    public long FirstEventId => offset + 1;

    public long LastEventId => offset + count;

    /// <summary>The encoded event at a position of the slice, 0 being <see cref="FirstEventId"/>.</summary>
    public ByteString this[int position] => events[offset + position];

    /// <summary>The part of this slice with event ids from <paramref name="firstEventId"/> to <paramref name="lastEventId"/>, both included.</summary>
    public HistorySlice Between(long firstEventId, long lastEventId)
    {
        var first = Math.Max(firstEventId, FirstEventId);
        var last = Math.Min(lastEventId, LastEventId);
        return new HistorySlice(events, (int)(first - 1), (int)Math.Max(0, last - first + 1));
    }
}
