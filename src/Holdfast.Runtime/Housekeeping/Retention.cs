using Holdfast.Runtime.Shards;
using Holdfast.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Runtime.Housekeeping;

/// <summary>
/// Deletes closed runs whose namespace's retention period is over, beside everything else: a small batch, a breath, the next one. Stopped half-way it
/// has deleted some runs whole and the others not at all.
/// </summary>
public sealed partial class Retention : BackgroundSweep
{
    // One batch costs the journal writer some 10 ms, which is what any other commit may then have to wait longer.
    private const int BatchSize = 100;

    // With the batch size: up to 2,000 runs a second, more than two cores can close.
    private static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(30);

    private readonly IStore store;
    private readonly LocalShards shards;
    private readonly TimeProvider time;
    private readonly Func<IReadOnlyList<NamespaceRetention>> namespaces;
    private readonly ILogger logger;

    /// <summary>Starts sweeping. Namespaces that are not listed, or listed with a period of zero, keep their runs for ever.</summary>
    public Retention(IStore store, LocalShards shards, TimeProvider time, Func<IReadOnlyList<NamespaceRetention>> namespaces, ILogger logger)
        : base(time)
    {
        this.store = store;
        this.shards = shards;
        this.time = time;
        this.namespaces = namespaces;
        this.logger = logger;
        Start(TimeSpan.Zero, BetweenSweeps);
    }

    /// <summary>Deletes, batch by batch, what no namespace keeps any longer.</summary>
    public override async Task SweepAsync()
    {
        foreach (var kept in namespaces())
            await SweepAsync(kept);
    }

    protected override void TellFailure(Exception failure) => SweepFailed(logger, failure);

    private async Task SweepAsync(NamespaceRetention kept)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (kept.Period <= TimeSpan.Zero || kept.Period >= now - DateTime.MinValue)
            return;

        var closedBefore = now - kept.Period;
        while (!Stopping.IsCancellationRequested)
        {
            var expired = await store.FindExpiredRunsAsync(kept.NamespaceId, closedBefore, BatchSize, Stopping);
            var all = await shards.DeleteExpiredAsync(expired, Stopping);

            // What could not be deleted would be found first again.
            if (!all || expired.Count < BatchSize)
                return;
            await PauseAsync(BetweenBatches);
        }
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Warning, Message = "Closed workflows whose retention period is over could not be deleted now; tried again soon")]
    private static partial void SweepFailed(ILogger logger, Exception exception);
}
