using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Tracing.Spans;

/// <summary>Messages in the form that Langfuse shows as a conversation.</summary>
internal static class ShownConversation
{
    public static JsonArray Of(IEnumerable<ChatMessage> messages) => new([.. messages.Select(Of)]);

    /// <summary>An answer: its one message, or all of them.</summary>
    public static JsonNode Answer(ChatResponse response) => response.Messages.Count == 1 ? Of(response.Messages[0]) : Of(response.Messages);

    private static JsonNode Of(ChatMessage message) => new JsonObject
    {
        ["role"] = message.Role.Value,
        ["content"] = message.Contents.All(content => content is TextContent) ? message.Text : new JsonArray([.. message.Contents.Select(Of)]),
    };

    private static JsonNode Of(AIContent content) => content switch
    {
        TextContent text => new JsonObject { ["type"] = "text", ["text"] = text.Text },
        // Without its signature, which only the provider can read.
        TextReasoningContent reasoning => new JsonObject { ["type"] = "reasoning", ["text"] = reasoning.Text },
        FunctionCallContent call => new JsonObject { ["type"] = "tool_call", ["id"] = call.CallId, ["name"] = call.Name, ["arguments"] = Json(call.Arguments) },
        FunctionResultContent result => new JsonObject { ["type"] = "tool_result", ["id"] = result.CallId, ["result"] = Json(result.Result) },
        // What it is and how large, not the bytes: a trace is no place for files.
        DataContent data => new JsonObject { ["type"] = "data", ["mediaType"] = data.MediaType, ["bytes"] = data.Data.Length },
        UriContent uri => new JsonObject { ["type"] = "uri", ["mediaType"] = uri.MediaType, ["uri"] = uri.Uri.ToString() },
        _ => new JsonObject { ["type"] = content.GetType().Name },
    };

    private static JsonNode? Json(object? value)
    {
        try
        {
            return JsonSerializer.SerializeToNode(value, AIJsonUtilities.DefaultOptions);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return $"[{value?.GetType().Name}]";
        }
    }
}
