namespace Holdfast.Benchmarks.Load;

/// <summary>Calls to workflows that are open already and wait for them, each turn of theirs taken by a worker.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="IsUpdate">Updates, answered when the workflow has completed them, in place of signals, answered when they are stored.</param>
/// <param name="Runs">How many workflows the calls go to in turn.</param>
internal sealed record CallScenario(string Name, bool IsUpdate, int Runs)
{
    /// <summary>Bytes of payload data that each call carries: what somebody decided, say.</summary>
    public const int InputBytes = 128;

    /// <summary>For the server: one run takes more signals than the 10,000 of Temporal's default, and so has more events than the 51,200.</summary>
    public static readonly string[] NoLimits =
    [
        "--dynamic-config-value", "history.maximumSignalsPerExecution=0",
        "--dynamic-config-value", "limit.historyCount.error=10000000",
        "--dynamic-config-value", "limit.historySize.error=1000000000",
    ];

    // A run takes 2,000 updates and has ten of them in flight at most, as Temporal's limits have it: so they go to many.
    public static IReadOnlyList<CallScenario> All { get; } =
    [
        new("signals-one", IsUpdate: false, Runs: 1),
        new("signals-many", IsUpdate: false, Runs: 1_000),
        new("updates", IsUpdate: true, Runs: 1_000),
    ];
}
