using Holdfast.AI.Tracing.Outbox;
using Temporalio.Client;
using Temporalio.Worker;

namespace Holdfast.AI.Tracing.Sources;

/// <summary>Traces a worker's activities while it runs, writes the roots of its closed runs, and sends what was written.</summary>
internal sealed class TracingPlugin(TracingInterceptor interceptor, RunTracer runs, IEnumerable<OutboxExporter> exporters, LangfuseOptions options, TimeProvider time) : ITemporalWorkerPlugin
{
    // A program's end is not held up longer for its traces: what is not sent waits on disk for its next start.
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(3);

    public string Name => "holdfast-langfuse";

    public void ConfigureWorker(TemporalWorkerOptions options) => options.Interceptors = [.. options.Interceptors ?? [], interceptor];

    public void ConfigureReplayer(WorkflowReplayerOptions options)
    {
        // A replay does nothing that is to be traced.
    }

    public async Task<TResult> RunWorkerAsync<TResult>(TemporalWorker worker, Func<TemporalWorker, CancellationToken, Task<TResult>> continuation, CancellationToken stoppingToken)
    {
        var client = options.ClosedRuns ? worker.Client as ITemporalClient : null;
        var taskQueue = worker.Options.TaskQueue!;
        using var stop = new CancellationTokenSource();
        Task[] beside = [.. exporters.Select(exporter => exporter.RunAsync(stop.Token)), client is null ? Task.CompletedTask : runs.RunAsync(client, taskQueue, stop.Token)];
        try
        {
            return await continuation(worker, stoppingToken);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(beside);
            using var limit = new CancellationTokenSource(FlushLimit, time);
            await LastLookAsync(client, taskQueue, limit.Token);
            await Task.WhenAll(exporters.Select(exporter => exporter.FlushAsync(limit.Token)));
        }
    }

    public Task<IEnumerable<WorkflowReplayResult>> ReplayWorkflowsAsync(
        WorkflowReplayer replayer, Func<WorkflowReplayer, CancellationToken, Task<IEnumerable<WorkflowReplayResult>>> continuation, CancellationToken cancellationToken) =>
        continuation(replayer, cancellationToken);

    public IAsyncEnumerable<WorkflowReplayResult> ReplayWorkflowsAsync(
        WorkflowReplayer replayer, Func<WorkflowReplayer, IAsyncEnumerable<WorkflowReplayResult>> continuation, CancellationToken cancellationToken) =>
        continuation(replayer);

    private async Task LastLookAsync(ITemporalClient? client, string taskQueue, CancellationToken cancellationToken)
    {
        if (client is null)
            return;

        try
        {
            await runs.LookAsync(client, taskQueue, cancellationToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Found at the next start.
        }
    }
}
