using System.Text.Json.Nodes;

namespace Holdfast.AI.Tracing.Spans;

/// <summary>What only a generation has.</summary>
internal sealed record GenerationFacts
{
    /// <summary>The provider's id of the model.</summary>
    public required string Model { get; init; }

    public JsonObject? Parameters { get; init; }

    /// <summary>Tokens by kind. The kinds do not overlap: Langfuse adds them up.</summary>
    public IReadOnlyDictionary<string, long>? Usage { get; init; }

    /// <summary>In US dollars; null: unknown, and then Langfuse reckons with prices of its own, if it has any.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>When the first words of a streamed answer came.</summary>
    public DateTimeOffset? FirstToken { get; init; }

    /// <summary>The prompt of Langfuse that was used.</summary>
    public (string Name, int Version)? Prompt { get; init; }
}
