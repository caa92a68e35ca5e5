namespace Holdfast.Memory;

/// <summary>
/// Gives memory back to the operating system once the server has come to rest. The garbage collector keeps what a burst made it take, hundreds of
/// megabytes, for as long as too little is allocated to make it collect.
/// </summary>
/// <remarks>A collection of everything takes some 0.1 s, in which nothing else is done; so there is one after each burst, when hardly anything goes on.</remarks>
internal sealed class IdleMemory(TimeProvider time) : BackgroundService
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly IdleMemoryWatch watch = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var memory = GC.GetGCMemoryInfo();
                if (watch.IsTimeToCollect(GC.GetTotalAllocatedBytes(), memory.TotalCommittedBytes))
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
