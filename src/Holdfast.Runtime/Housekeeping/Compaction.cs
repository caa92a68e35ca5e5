using System.Diagnostics;
using Holdfast.Engine;
using Holdfast.Runtime.Shards;
using Holdfast.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Runtime.Housekeeping;

/// <summary>
/// Compacts the journals of closed runs, beside everything else: with a fifth of one processor at most, and a fiftieth while the process is busy, since
/// disk space can wait for a calmer hour and callers cannot. A run is compacted in one transaction, so stopped half-way it has compacted some runs and
/// not the others.
/// </summary>
public sealed partial class Compaction : BackgroundSweep
{
    private const int BatchSize = 50;

    // After each batch this many times as long as it took.
    private const int RestPerWork = 4;
    private const int BusyRestPerWork = 49;

    // The part of all processors from which on the process counts as busy.
    private const double Busy = 0.4;

    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(20);

    // Of a store with more damage than that, the log has said enough.
    private const int MostRemembered = 1_000;

    private readonly HashSet<RunKey> staying = [];
    private readonly IStore store;
    private readonly LocalShards shards;
    private readonly ILogger logger;

    /// <summary>Starts compacting; the first sweep begins after a while, when the start's own work is over.</summary>
    public Compaction(IStore store, LocalShards shards, TimeProvider time, ILogger logger)
        : base(time)
    {
        this.store = store;
        this.shards = shards;
        this.logger = logger;
        Start(BetweenSweeps, BetweenSweeps);
    }

    /// <summary>Compacts, batch by batch, what is closed and not compacted.</summary>
    public override async Task SweepAsync()
    {
        for (var shard = 0; shard < shards.Count; shard++)
            await SweepAsync(shard);
    }

    private async Task SweepAsync(int shard)
    {
        var after = 0L;
        var (since, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        while (!Stopping.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            var page = await store.FindCompactableRunsAsync(shard, after, BatchSize, Stopping);
            List<RunWrite> compacted = [];
            foreach (var found in page)
            {
                try
                {
                    if (await store.LoadJournalAsync(found.Run, Stopping) is { Count: > 0 } journal)
                        compacted.Add(RunWrite.Compaction(found.Run, CompactJournal.Of(found.Run, journal, store.Compress)));
                }
                catch (DamagedRunException e)
                {
                    // It stays as it is, for whoever mends it; whoever asks for it hears the same.
                    // Said once: it is found again at every sweep.
                    if (staying.Count < MostRemembered && staying.Add(found.Run))
                        RunStays(logger, e, found.Run.WorkflowId, found.Run.RunId);
                }
            }

            await shards.WriteCompactedAsync(compacted, Stopping);
            if (page.Count < BatchSize)
                return;
            after = page[^1].EntityId;

            var isBusy = Environment.CpuUsage.TotalTime - used > Stopwatch.GetElapsedTime(since) * Environment.ProcessorCount * Busy;
            (since, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var rest = Stopwatch.GetElapsedTime(begun) * (isBusy ? BusyRestPerWork : RestPerWork);
            await PauseAsync(rest > ShortestRest ? rest : ShortestRest);
        }
    }

    protected override void TellFailure(Exception failure) => SweepFailed(logger, failure);

    [LoggerMessage(EventId = 31, Level = LogLevel.Warning, Message = "Closed workflows could not be compacted now; tried again soon")]
    private static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 32, Level = LogLevel.Warning, Message = "Closed workflow {WorkflowId} (run {RunId}) cannot be compacted and stays as it is")]
    private static partial void RunStays(ILogger logger, Exception exception, string workflowId, string runId);
}
