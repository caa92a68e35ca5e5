using System.Diagnostics;
using Holdfast.Runtime.Shards;
using Holdfast.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Runtime.Housekeeping;

/// <summary>
/// Compacts the journals of closed runs, beside everything else: with a fifth of one processor at most, and a twentieth while the process is busy, since
/// disk space can wait for a calmer hour and callers cannot. A run is compacted in one transaction, so stopped half-way it has compacted some runs and
/// not the others.
/// </summary>
public sealed partial class Compaction : IAsyncDisposable
{
    private const int BatchSize = 50;

    // After each batch this many times as long as it took.
    private const int RestPerWork = 4;
    private const int BusyRestPerWork = 19;

    // The part of all processors from which on the process counts as busy.
    private const double Busy = 0.4;

    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(20);

    private readonly IStore store;
    private readonly LocalShards shards;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    /// <summary>Starts compacting; the first sweep begins after a while, when the start's own work is over.</summary>
    public Compaction(IStore store, LocalShards shards, TimeProvider time, ILogger logger)
    {
        this.store = store;
        this.shards = shards;
        this.time = time;
        this.logger = logger;
        running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await RestAsync(BetweenSweeps);
            if (stopping.IsCancellationRequested)
                return;
            try
            {
                await SweepAsync();
            }
#pragma warning disable CA1031 // A store that has trouble is asked again at the next sweep; a run that is not compacted is only larger.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (stopping.IsCancellationRequested)
                    return;
                SweepFailed(logger, e);
            }
        }
    }

    /// <summary>Compacts, batch by batch, what is closed and not compacted.</summary>
    public async Task SweepAsync()
    {
        for (var shard = 0; shard < shards.Count; shard++)
            await SweepAsync(shard);
    }

    private async Task SweepAsync(int shard)
    {
        var after = 0L;
        var (since, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        while (!stopping.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            var page = await store.FindCompactableRunsAsync(shard, after, BatchSize, stopping.Token);
            List<RunWrite> compacted = [];
            foreach (var found in page)
            {
                try
                {
                    if (await store.LoadJournalAsync(found.Run, stopping.Token) is { Count: > 0 } journal)
                        compacted.Add(RunWrite.Compaction(found.Run, CompactJournal.Of(found.Run, journal)));
                }
                catch (DamagedRunException e)
                {
                    // It stays as it is, for whoever mends it; whoever asks for it hears the same.
                    RunStays(logger, e, found.Run.WorkflowId, found.Run.RunId);
                }
            }

            await shards.WriteCompactedAsync(compacted, stopping.Token);
            if (page.Count < BatchSize)
                return;
            after = page[^1].EntityId;

            var isBusy = Environment.CpuUsage.TotalTime - used > Stopwatch.GetElapsedTime(since) * Environment.ProcessorCount * Busy;
            (since, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var rest = Stopwatch.GetElapsedTime(begun) * (isBusy ? BusyRestPerWork : RestPerWork);
            await RestAsync(rest > ShortestRest ? rest : ShortestRest);
        }
    }

    private async Task RestAsync(TimeSpan rest) => await Task.Delay(rest, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(EventId = 31, Level = LogLevel.Warning, Message = "Closed workflows could not be compacted now; tried again soon")]
    private static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 32, Level = LogLevel.Warning, Message = "Closed workflow {WorkflowId} (run {RunId}) cannot be compacted and stays as it is")]
    private static partial void RunStays(ILogger logger, Exception exception, string workflowId, string runId);
}
