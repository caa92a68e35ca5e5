using Temporalio.Activities;

namespace Holdfast.AI.Activities;

/// <summary>Keeps an activity's heartbeat going during a call that reports no progress of its own.</summary>
public static class Heartbeats
{
    /// <summary>
    /// Runs the work and heartbeats meanwhile, three times per heartbeat timeout. So a worker that dies is noticed within that timeout
    /// and another takes over, long before the start-to-close timeout, which must allow for the slowest call.
    /// </summary>
    /// <param name="details">What each heartbeat tells the next attempt; null: nothing.</param>
    public static async Task<T> DuringAsync<T>(
        ActivityExecutionContext activity, Func<CancellationToken, Task<T>> work, TimeProvider time, Func<IReadOnlyCollection<object?>>? details = null)
    {
        if (activity.Info.HeartbeatTimeout is not { } timeout || timeout <= TimeSpan.Zero)
            return await work(activity.CancellationToken);

        using var timer = new PeriodicTimer(timeout / 3, time);
        var working = work(activity.CancellationToken);
        var beating = BeatAsync(timer, activity, details);
        try
        {
            return await working;
        }
        finally
        {
            timer.Dispose();
            await beating;
        }
    }

    private static async Task BeatAsync(PeriodicTimer timer, ActivityExecutionContext activity, Func<IReadOnlyCollection<object?>>? details)
    {
        // Disposing the timer ends the wait with false.
        while (await timer.WaitForNextTickAsync())
            activity.Heartbeat(details is null ? [] : [.. details()]);
    }
}
