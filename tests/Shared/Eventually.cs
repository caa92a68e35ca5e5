namespace Holdfast.Tests.Shared;

/// <summary>Waits for something that another process or thread brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Looks until there is something to see.</summary>
    public static async Task<T> SeesAsync<T>(string what, Func<Task<T?>> look)
        where T : class
    {
        using var timer = new PeriodicTimer(Pause);
        for (var waited = TimeSpan.Zero; waited < Limit; waited += Pause)
        {
            if (await look() is { } seen)
                return seen;
            await timer.WaitForNextTickAsync();
        }

        throw new TimeoutException($"Waited {Limit.TotalSeconds} s in vain for {what}.");
    }
}
