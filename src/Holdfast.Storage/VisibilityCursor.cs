using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Storage;

/// <summary>
/// A place in the order of a list: open runs first, then latest close time, then latest start time; ties by run id. It names the last row
/// that was given out rather than a count of rows, so that runs which start or close between two pages neither repeat nor hide others.
/// </summary>
public sealed record VisibilityCursor(DateTime? CloseTime, DateTime StartTime, string RunId)
{
    // An encoded cursor is a page token that clients carry about: version, close time (max: open), start time, run id.
    private const byte Version = 1;
    private const int FixedSize = 1 + 8 + 8;

    /// <summary>The order of a list: smaller comes first.</summary>
    public static IComparer<VisibilityCursor> ListOrder { get; } = Comparer<VisibilityCursor>.Create(Compare);

    public static VisibilityCursor Of(VisibilityEntry entry) => new(entry.Row.CloseTime, entry.Row.StartTime, entry.Run.RunId);

    /// <summary>The cursor as an opaque page token.</summary>
    public byte[] ToToken()
    {
        var token = new byte[FixedSize + Encoding.UTF8.GetByteCount(RunId)];
        token[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(token.AsSpan(1), CloseTime?.Ticks ?? long.MaxValue);
        BinaryPrimitives.WriteInt64BigEndian(token.AsSpan(9), StartTime.Ticks);
        Encoding.UTF8.GetBytes(RunId, token.AsSpan(FixedSize));
        return token;
    }

    /// <summary>Reads a page token back; false when it is none of ours.</summary>
    public static bool TryParse(ReadOnlySpan<byte> token, out VisibilityCursor? cursor)
    {
        cursor = null;
        if (token.Length < FixedSize || token[0] != Version)
            return false;

        var close = BinaryPrimitives.ReadInt64BigEndian(token[1..]);
        var start = BinaryPrimitives.ReadInt64BigEndian(token[9..]);
        if (!IsTime(start) || (close != long.MaxValue && !IsTime(close)))
            return false;

        cursor = new VisibilityCursor(
            close == long.MaxValue ? null : new DateTime(close, DateTimeKind.Utc),
            new DateTime(start, DateTimeKind.Utc),
            Encoding.UTF8.GetString(token[FixedSize..]));
        return true;

        static bool IsTime(long ticks) => ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
    }

    private static int Compare(VisibilityCursor one, VisibilityCursor other)
    {
        var byClose = (other.CloseTime ?? DateTime.MaxValue).CompareTo(one.CloseTime ?? DateTime.MaxValue);
        if (byClose != 0)
            return byClose;

        var byStart = other.StartTime.CompareTo(one.StartTime);
        return byStart != 0 ? byStart : string.CompareOrdinal(one.RunId, other.RunId);
    }
}
