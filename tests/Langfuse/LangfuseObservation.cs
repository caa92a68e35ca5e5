using System.Text.Json.Nodes;

namespace Holdfast.Tests.Langfuse;

/// <summary>A span as Langfuse understands it.</summary>
internal sealed record LangfuseObservation
{
    public required string TraceId { get; init; }

    public required string Id { get; init; }

    public required string? ParentId { get; init; }

    public required string Type { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset Start { get; init; }

    public required DateTimeOffset End { get; init; }

    public required string Level { get; init; }

    public string? StatusMessage { get; init; }

    public string? Input { get; init; }

    public string? Output { get; init; }

    public string? Model { get; init; }

    public JsonObject? ModelParameters { get; init; }

    public IReadOnlyDictionary<string, long> Usage { get; init; } = new Dictionary<string, long>();

    public IReadOnlyDictionary<string, decimal> Cost { get; init; } = new Dictionary<string, decimal>();

    public DateTimeOffset? CompletionStart { get; init; }

    public string? PromptName { get; init; }

    public int? PromptVersion { get; init; }

    public string? TraceName { get; init; }

    public string? UserId { get; init; }

    public string? SessionId { get; init; }

    public required string Environment { get; init; }

    public string? Release { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>What was sent, to the byte.</summary>
    public required string Sent { get; init; }
}
