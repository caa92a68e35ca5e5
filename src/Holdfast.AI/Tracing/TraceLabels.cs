namespace Holdfast.AI.Tracing;

/// <summary>What a trace can be found by. Langfuse reads it from each span by itself, so every span of a run carries it.</summary>
public sealed record TraceLabels
{
    /// <summary>The longest value that Langfuse's own SDKs send; longer ones are cut.</summary>
    public const int MaxLength = 200;

    /// <summary>The trace's name; null: the workflow's type.</summary>
    public string? Name { get; init; }

    /// <summary>The end user; null: none.</summary>
    public string? UserId { get; init; }

    /// <summary>What groups traces; null: the workflow's id, so that the runs of a chain (continue-as-new, retries, cron) stand together.</summary>
    public string? SessionId { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Further metadata of the trace.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
