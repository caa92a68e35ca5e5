namespace Holdfast.Engine;

/// <summary>
/// The limits that decisions keep to. Defaults are those of Temporal's server, so that an application meets the same walls here.
/// </summary>
public sealed record EngineLimits
{
    public static EngineLimits Default { get; } = new();

    /// <summary>The largest <see cref="BlobSizeError"/> that can be configured, in bytes: one message must still hold two such payloads.</summary>
    public const int LargestBlobSizeError = 64 * 1024 * 1024;

    /// <summary>Largest single payload set (input, result, details), in bytes.</summary>
    public int BlobSizeError { get; init; } = 2 * 1024 * 1024;

    /// <summary>Payload size from which the error limit is looked at, in bytes.</summary>
    public int BlobSizeWarn { get; init; } = 512 * 1024;

    public int MemoSizeError { get; init; } = 2 * 1024 * 1024;

    /// <summary>A run with more events is terminated.</summary>
    public int HistoryCountError { get; init; } = 51_200;

    /// <summary>A run with a larger history, in bytes, is terminated.</summary>
    public long HistorySizeError { get; init; } = 50L * 1024 * 1024;

    public int HistoryCountSuggestContinueAsNew { get; init; } = 4_096;

    public long HistorySizeSuggestContinueAsNew { get; init; } = 4L * 1024 * 1024;

    public int BufferedEvents { get; init; } = 100;

    public int SignalsPerRun { get; init; } = 10_000;

    public int PendingActivities { get; init; } = 2_000;

    public int PendingChildren { get; init; } = 2_000;

    public int PendingSignals { get; init; } = 2_000;

    public int PendingCancels { get; init; } = 2_000;

    public int UpdatesInFlight { get; init; } = 10;

    /// <summary>What a run's updates hold in memory until the workflow accepts or rejects them, in bytes.</summary>
    public int UpdateBytesInFlight { get; init; } = 20 * 1024 * 1024;

    public int UpdatesPerRun { get; init; } = 2_000;

    /// <summary>A run that lived shorter than this delays its successor by the rest (continue-as-new, retry, cron).</summary>
    public TimeSpan MinimalRunInterval { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan DefaultWorkflowTaskTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan MaxWorkflowTaskTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a workflow task may be kept alive by heartbeats that bring no commands.</summary>
    public TimeSpan WorkflowTaskHeartbeatTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether activities may be handed to the worker that scheduled them, in the reply to its workflow task.</summary>
    public bool EagerActivities { get; init; } = true;
}
