using System.Text.Json.Serialization;

namespace Holdfast.AI.Chat;

/// <summary>
/// Something that readers of a workflow's model calls see while it happens. Text is that of one call and attempt: when either changes,
/// the reader starts it anew.
/// </summary>
public sealed record ChatStreamEvent
{
    /// <summary>The text of <see cref="ChatStreamEventKind.Failed"/> when the call was cancelled; otherwise it is one of <see cref="Models.ModelFailureKind"/>.</summary>
    public const string Cancelled = "Cancelled";

    /// <summary>Where this event stands. Give the last one that was read to go on after it.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("kind")]
    public required ChatStreamEventKind Kind { get; init; }

    /// <summary>The model call: its workflow run and activity. Empty for <see cref="ChatStreamEventKind.Reset"/>.</summary>
    [JsonPropertyName("call")]
    public string Call { get; init; } = "";

    /// <summary>The attempt of the call's activity, from 1.</summary>
    [JsonPropertyName("attempt")]
    public int Attempt { get; init; }

    /// <summary>The name of the model in the worker's set-up.</summary>
    [JsonPropertyName("model")]
    public string Model { get; init; } = "";

    /// <summary>The piece that was written; for <see cref="ChatStreamEventKind.Tool"/> the tool's name, for <see cref="ChatStreamEventKind.Failed"/> what went wrong.</summary>
    [JsonPropertyName("text")]
    public string Text { get; init; } = "";
}
