namespace Holdfast.Runtime.Housekeeping;

/// <summary>Work that is done in sweeps beside everything else, with pauses between them, until it is disposed.</summary>
public abstract class BackgroundSweep(TimeProvider time) : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    /// <summary>Cancelled when no more sweeping is wanted.</summary>
    protected CancellationToken Stopping => stopping.Token;

    /// <summary>Waits for the sweep that is under way to stop.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Sweeps once.</summary>
    public abstract Task SweepAsync();

    /// <summary>Tells of a sweep that failed: the store had trouble, and is asked again at the next one.</summary>
    protected abstract void TellFailure(Exception failure);

    /// <summary>To be called once, when everything that sweeping needs is there.</summary>
    protected void Start(TimeSpan beforeFirst, TimeSpan between) => running = Task.Run(() => RunAsync(beforeFirst, between));

    protected async Task PauseAsync(TimeSpan pause) =>
        await Task.Delay(pause, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task RunAsync(TimeSpan pause, TimeSpan between)
    {
        while (true)
        {
            await PauseAsync(pause);
            pause = between;
            if (stopping.IsCancellationRequested)
                return;
            try
            {
                await SweepAsync();
            }
#pragma warning disable CA1031 // What was not done in this sweep is done in a later one.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (!stopping.IsCancellationRequested)
                    TellFailure(failure);
            }
        }
    }
}
