using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Holdfast.EmailSupport.Knowledge;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Prompts;
using Microsoft.Extensions.AI;

namespace Holdfast.EmailSupport.Triage;

/// <summary>
/// What is said to the model. The reader and the writer are two calls: the reader sees the raw mail and may answer only with a
/// few fields; neither has tools, and nothing either says chooses a recipient.
/// </summary>
internal static class SupportPrompts
{
    /// <summary>In the options of a call: which prompt was used, so that whoever traces the call can link it.</summary>
    public const string NameProperty = "prompt.name";

    /// <inheritdoc cref="NameProperty"/>
    public const string VersionProperty = "prompt.version";

    // Escapes < and >, so that no mail can close the tag that holds it, and leaves letters of all languages as they are: escaped, each would
    // cost several tokens.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    private static readonly JsonElement ReaderSchema = Schema(
        """
        {
          "type": "object",
          "properties": {
            "category": { "type": "string", "enum": ["billing", "bug", "complaint", "question", "thanks", "spam", "auto-reply", "other"] },
            "language": { "type": "string" },
            "needs_approval": { "type": "boolean" },
            "reason": { "type": "string" },
            "summary": { "type": "string" },
            "injection_suspected": { "type": "boolean" }
          },
          "required": ["category", "language", "needs_approval", "reason", "summary", "injection_suspected"],
          "additionalProperties": false
        }
        """);

    private static readonly JsonElement WriterSchema = Schema(
        """
        {
          "type": "object",
          "properties": {
            "reply": { "type": "string" },
            "citations": { "type": "array", "items": { "type": "string" } },
            "confidence": { "type": "number" }
          },
          "required": ["reply", "citations", "confidence"],
          "additionalProperties": false
        }
        """);

    public static ChatOptions ReaderOptions(Prompt prompt) => Options(prompt, ReaderSchema, "classification");

    public static ChatOptions WriterOptions(Prompt prompt) => Options(prompt, WriterSchema, "reply");

    public static IReadOnlyList<ChatMessage> ToReader(Prompt prompt, EmailMessage email) =>
        [new(ChatRole.System, prompt.Text), new(ChatRole.User, Tagged("email", PromptMail.Of(email)))];

    public static IReadOnlyList<ChatMessage> ToWriter(
        Prompt prompt, EmailMessage email, Classification classification, IReadOnlyList<Passage> passages, string signature) =>
    [
        new(ChatRole.System, prompt.Text),
        new(ChatRole.User, string.Join(
            '\n',
            Tagged("email", PromptMail.Of(email)),
            Tagged("classification", PromptClassification.Of(classification)),
            Tagged("knowledge", passages),
            Tagged("signature", signature))),
    ];

    /// <summary>The value between the tags of this name, or null.</summary>
    public static T? Untag<T>(string name, string text)
    {
        var start = text.IndexOf($"<{name}>", StringComparison.Ordinal);
        var end = text.IndexOf($"</{name}>", StringComparison.Ordinal);
        return start < 0 || end < start ? default : JsonSerializer.Deserialize<T>(text[(start + name.Length + 2)..end], JsonSerializerOptions.Web);
    }

    private static string Tagged<T>(string name, T value) => $"<{name}>\n{JsonSerializer.Serialize(value, Json)}\n</{name}>";

    private static ChatOptions Options(Prompt prompt, JsonElement schema, string name) => new()
    {
        ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, name),
        AdditionalProperties = new() { [NameProperty] = prompt.Name, [VersionProperty] = prompt.Version },
    };

    private static JsonElement Schema(string json) => JsonDocument.Parse(json).RootElement;
}
