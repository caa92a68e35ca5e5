namespace Holdfast.EmailSupport.Hosting;

/// <summary>
/// A background service that stops before the server in this process begins to. The server lets its long polls go first of all,
/// and a worker that is not told yet would poll again and again, and hold up the end.
/// </summary>
/// <remarks>The host asks in the reverse order of registration, so register it after the server.</remarks>
internal abstract class EarlyStoppingService : BackgroundService, IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
