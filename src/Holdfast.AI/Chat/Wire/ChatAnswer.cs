using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>What the activity of a model call gives back: the whole answer, never its fragments, and what it took to get it.</summary>
internal sealed record ChatAnswer
{
    [JsonPropertyName("response")]
    [JsonConverter(typeof(AIJson<ChatResponse>))]
    public required ChatResponse Response { get; init; }

    [JsonPropertyName("attempts")]
    public required IReadOnlyList<ChatAttempt> Attempts { get; init; }
}
