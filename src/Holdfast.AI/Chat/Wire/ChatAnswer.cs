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

    /// <summary>Whether the workflow adds the attempts to its search attributes. Decided here, where it is recorded, and never by the workflow.</summary>
    [JsonPropertyName("costAttributes")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CostAttributes { get; init; }
}
