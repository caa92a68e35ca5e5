using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>
/// What the activity of a model call is given, and so what the history holds of it. It names a model of the worker's set-up and never
/// a provider, an address or a key: those are looked up when the call is made, so changing them needs no change of any workflow.
/// </summary>
internal sealed record ChatCall
{
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("messages")]
    [JsonConverter(typeof(ConversationJson))]
    public required IList<ChatMessage> Messages { get; init; }

    [JsonPropertyName("options")]
    [JsonConverter(typeof(AIJson<ChatOptions>))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatOptions? Options { get; init; }

    /// <summary>The tools that the model may ask for. The workflow runs them.</summary>
    [JsonPropertyName("tools")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ToolDeclaration>? Tools { get; init; }

    /// <summary>Whether readers may watch the answer while it is written.</summary>
    [JsonPropertyName("stream")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Stream { get; init; }

    /// <summary>
    /// How often the call may be tried; 0: without end. The activity's retry policy allows more, because a wait for capacity takes an attempt of the
    /// activity and is no try. Null: the activity is not attempted again to wait.
    /// </summary>
    [JsonPropertyName("tries")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Tries { get; init; }

    /// <summary>Its place in the queue of a key's limits, where an earlier activity of the same call has taken one.</summary>
    [JsonPropertyName("place")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Place { get; init; }

    /// <summary>The call of a workflow's conversation.</summary>
    public static ChatCall Of(string model, IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream) => new()
    {
        Model = model,
        Messages = [.. messages],
        Options = options,
        Tools = options?.Tools is { Count: > 0 } tools ? [.. tools.OfType<AIFunctionDeclaration>().Select(ToolDeclaration.Of)] : null,
        Stream = stream,
    };

    /// <summary>The options as a provider's client takes them, with the tools' declarations.</summary>
    public ChatOptions ToOptions()
    {
        var options = Options?.Clone() ?? new();
        // Tools do not travel as such: what a workflow would run is declared here, and only declared.
        options.Tools = Tools is null ? null : [.. Tools.Select(tool => tool.ToTool())];
        return options;
    }
}
