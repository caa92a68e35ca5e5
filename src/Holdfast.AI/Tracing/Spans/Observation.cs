using System.Text.Json.Nodes;

namespace Holdfast.AI.Tracing.Spans;

/// <summary>A span, complete. Langfuse cannot change one that it has, so nothing is told of a span before it ended.</summary>
internal sealed record Observation
{
    public required string TraceId { get; init; }

    /// <summary>Null: it belongs to no workflow.</summary>
    public TracedRun? Run { get; init; }

    public required string SpanId { get; init; }

    /// <summary>Null: it is the root.</summary>
    public string? ParentId { get; init; }

    public required ObservationType Type { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset Start { get; init; }

    public required DateTimeOffset End { get; init; }

    public JsonNode? Input { get; init; }

    public JsonNode? Output { get; init; }

    public ObservationLevel Level { get; init; }

    public string? StatusMessage { get; init; }

    /// <summary>Of this span. A value that is null is left out.</summary>
    public IReadOnlyList<(string Key, string? Value)> Metadata { get; init; } = [];

    /// <summary>Of a generation alone.</summary>
    public GenerationFacts? Generation { get; init; }
}
