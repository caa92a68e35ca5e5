using System.Text.Json.Serialization;

namespace Holdfast.AI.Tracing.Prompts;

/// <summary>One message of a prompt.</summary>
public sealed record PromptMessage(
    [property: JsonPropertyName("role")] string Role,
    [property: JsonPropertyName("content")] string Content);
