using Holdfast.Runtime;
using Holdfast.Runtime.Matching;

namespace Holdfast.Server.Frontend;

/// <summary>How much of a history goes into one reply.</summary>
internal static class HistoryPages
{
    /// <summary>Events on a page, whatever the caller asks for.</summary>
    public const int MostEvents = WorkflowTaskReply.MostEvents;

    // Below the 4 MiB that a client receives by default, with room for the rest of the reply.
    private const int MostBytes = 3 * 1024 * 1024;

    /// <summary>The first events of a slice that fit on a page: at least one, if there is any.</summary>
    public static HistorySlice First(HistorySlice events, int mostEvents)
    {
        var bytes = 0L;
        var count = 0;
        while (count < events.Count && count < mostEvents && (count == 0 || bytes + events[count].Length <= MostBytes))
            bytes += events[count++].Length;
        return events.Between(events.FirstEventId, events.FirstEventId + count - 1);
    }

    /// <summary>The last events of a slice that fit on a page.</summary>
    public static HistorySlice Last(HistorySlice events, int mostEvents)
    {
        var bytes = 0L;
        var count = 0;
        while (count < events.Count && count < mostEvents && (count == 0 || bytes + events[events.Count - 1 - count].Length <= MostBytes))
            bytes += events[events.Count - 1 - count++].Length;
        return events.Between(events.LastEventId - count + 1, events.LastEventId);
    }

    public static int MostEventsFor(int maximumPageSize) => maximumPageSize is <= 0 or > MostEvents ? MostEvents : maximumPageSize;
}
