namespace Holdfast.Runtime.Checking;

/// <summary>What was looked at, and how much of it is wrong.</summary>
public sealed record StoreCheckResult
{
    public long Runs { get; init; }

    public long OpenRuns { get; init; }

    public long Events { get; init; }

    /// <summary>How many damages were told.</summary>
    public long Damages { get; init; }

    internal StoreCheckResult Add(CheckedRun run) => this with
    {
        Runs = Runs + 1,
        OpenRuns = OpenRuns + (run.State is { IsClosed: false } ? 1 : 0),
        Events = Events + (run.State is { } state ? state.NextEventId - 1 : 0),
        Damages = Damages + run.Problems.Count,
    };
}
