using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Tracing.Prompts;

/// <summary>A prompt of Langfuse in one version, or the text that stands in for it while Langfuse cannot be asked.</summary>
public sealed partial record LangfusePrompt
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>Null: it is the fallback, and generations are not linked to it.</summary>
    [JsonPropertyName("version")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Version { get; init; }

    /// <summary>The messages. A text prompt is one, of the system.</summary>
    [JsonPropertyName("messages")]
    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    /// <summary>The text of all messages, with <c>{{name}}</c> replaced by the variable of that name; one that is not given stays as it is.</summary>
    public string Text(params (string Name, string Value)[] variables) => string.Join("\n\n", Messages.Select(message => Fill(message.Content, variables)));

    /// <summary>The messages, filled likewise.</summary>
    public IList<ChatMessage> ToMessages(params (string Name, string Value)[] variables) =>
        [.. Messages.Select(message => new ChatMessage(new(message.Role), Fill(message.Content, variables)))];

    // In one pass, so that a value that looks like a variable stays what it is.
    private static string Fill(string text, (string Name, string Value)[] variables) => Variable().Replace(text, match =>
    {
        var found = Array.FindIndex(variables, variable => variable.Name == match.Groups[1].Value);
        return found < 0 ? match.Value : variables[found].Value;
    });

    [GeneratedRegex(@"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")]
    private static partial Regex Variable();
}
