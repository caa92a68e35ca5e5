using Google.Protobuf;

namespace Holdfast.Runtime;

/// <summary>
/// Encoded events with ids <paramref name="firstEventId"/>, +1, … An array that only ever grows behind <paramref name="count"/> is shared with the
/// run's own history: what a slice shows never changes.
/// </summary>
public readonly struct HistorySlice(ByteString[] events, int offset, int count, long firstEventId)
{
    /// <summary>Events of an array that begins with event 1.</summary>
    public HistorySlice(ByteString[] events, int offset, int count)
        : this(events, offset, count, offset + 1)
    {
    }

    public int Count => count;

    public long FirstEventId => firstEventId;

    public long LastEventId => firstEventId + count - 1;

    /// <summary>The encoded event at a position of the slice, 0 being <see cref="FirstEventId"/>.</summary>
    public ByteString this[int position] => events[offset + position];

    /// <summary>The part of this slice with event ids from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public HistorySlice Between(long first, long last)
    {
        var from = Math.Max(first, FirstEventId);
        var to = Math.Min(last, LastEventId);
        return new HistorySlice(events, offset + (int)(from - FirstEventId), (int)Math.Max(0, to - from + 1), from);
    }
}
