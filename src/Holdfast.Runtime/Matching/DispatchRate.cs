namespace Holdfast.Runtime.Matching;

/// <summary>
/// How many tasks per second a queue may hand out: a bucket that holds one second's worth of tasks, at least one. A rate of zero hands
/// out nothing.
/// </summary>
internal sealed class DispatchRate(double perSecond, DateTime now)
{
    private readonly double burst = Math.Max(1, perSecond);
    private double tokens = Math.Max(1, perSecond);
    private DateTime filledAt = now;

    public double PerSecond { get; } = perSecond;

    /// <summary>Takes one token if there is one.</summary>
    public bool TryTake(DateTime now)
    {
        if (PerSecond <= 0)
            return false;

        tokens = Math.Min(burst, tokens + (Math.Max(0, (now - filledAt).TotalSeconds) * PerSecond));
        filledAt = now;
        if (tokens < 1)
            return false;
        tokens -= 1;
        return true;
    }

    /// <summary>How long until <see cref="TryTake"/> can succeed; null for never.</summary>
    public TimeSpan? Wait(DateTime now)
    {
        if (PerSecond <= 0)
            return null;
        var missing = 1 - tokens - (Math.Max(0, (now - filledAt).TotalSeconds) * PerSecond);

        // Timers are kept in whole milliseconds, rounded down by some: one more, so that the token is there when the timer fires.
        return missing <= 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(missing / PerSecond * 1000) + 1);
    }
}
