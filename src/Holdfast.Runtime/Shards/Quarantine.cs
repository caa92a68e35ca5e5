using System.Diagnostics.Metrics;
using Holdfast.Engine;
using Holdfast.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// A shard's runs whose stored data is damaged. Whoever asks for one is told so at once, without its rows being read again for each of them; all
/// other runs are served. A run leaves when its time here is over: it is then read once more, since what cannot be read now may be readable later.
/// </summary>
internal sealed class Quarantine(ILogger logger)
{
    private static readonly TimeSpan Stay = TimeSpan.FromMinutes(1);

    // More damage than this and the run is read again for each request: slow, but right.
    private const int MaxRuns = 10_000;

    private static readonly Meter Meter = new("Holdfast");
    private static readonly Counter<long> Entries = Meter.CreateCounter<long>(
        "holdfast.runs.quarantined", "{run}", "Workflow runs whose stored data was found damaged since the server started; each counts once.");

    private readonly Dictionary<RunKey, (Refusal Refusal, DateTime Until)> runs = [];
    private readonly HashSet<RunKey> told = [];

    /// <summary>Why the run is not served, or null when nothing is known against it.</summary>
    public Refusal? Find(in RunKey run, DateTime now)
    {
        if (runs.Count == 0 || !runs.TryGetValue(run, out var found))
            return null;
        if (now < found.Until)
            return found.Refusal;
        runs.Remove(run);
        return null;
    }

    /// <summary>What whoever asks for a damaged run is told.</summary>
    public static Refusal RefusalFor(DamagedRunException damage) => new(
        RefusalCode.DataLoss,
        $"{damage.Message.TrimEnd('.')}. It is in quarantine: everything else is served. 'holdfast check' looks through the whole database.");

    public Refusal Add(DamagedRunException damage, DateTime now)
    {
        var refusal = RefusalFor(damage);
        if (runs.Count < MaxRuns)
            runs[damage.Run] = (refusal, now + Stay);
        if (told.Count < MaxRuns && told.Add(damage.Run))
        {
            Entries.Add(1);
            ShardLog.Quarantined(logger, damage.Run.WorkflowId, damage.Run.RunId, damage.Run.NamespaceId, damage.Damage);
        }

        return refusal;
    }
}
