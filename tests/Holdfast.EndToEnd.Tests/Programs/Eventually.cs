using System.Diagnostics;

namespace Holdfast.EndToEnd.Tests.Programs;

/// <summary>Waits for what other processes do, which nothing but looking again can tell.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks until <paramref name="holds"/> is true of what it sees, and returns that.</summary>
    /// <param name="what">What is awaited, as a phrase: it is in the message when the wait is in vain.</param>
    public static async Task<T> SeesAsync<T>(string what, Func<Task<T>> look, Func<T, bool> holds, TimeSpan limit)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (holds(seen))
                return seen;
            if (Stopwatch.GetElapsedTime(begun) > limit)
                Assert.Fail($"Waited {limit.TotalSeconds:0} s in vain for {what}; last seen: {seen}");
            await Task.Delay(Interval);
        }
    }
}
