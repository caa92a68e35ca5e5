using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Tests.StandIns;

/// <summary>What a server says that speaks OpenAI's Chat Completions.</summary>
internal static class CompletionsWire
{
    public static StandInReply Answer(string text) => StandInReply.Json(200, new JsonObject
    {
        ["id"] = "chatcmpl-1",
        ["object"] = "chat.completion",
        ["created"] = 1_790_000_000,
        ["model"] = "llama-9",
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
            ["finish_reason"] = "stop",
        }),
        ["usage"] = new JsonObject { ["prompt_tokens"] = 8, ["completion_tokens"] = 4, ["total_tokens"] = 12 },
    }.ToJsonString());

    public static StandInReply Stream(params string[] pieces) => StandInReply.Events([.. pieces.Select(piece => Piece(piece)), Piece("", "stop"), "data: [DONE]\n\n"]);

    public static string Piece(string text, string? finish = null) => "data: " + new JsonObject
    {
        ["id"] = "chatcmpl-1",
        ["object"] = "chat.completion.chunk",
        ["created"] = 1_790_000_000,
        ["model"] = "llama-9",
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["delta"] = new JsonObject { ["content"] = text },
            ["finish_reason"] = finish,
        }),
    }.ToJsonString(new JsonSerializerOptions()) + "\n\n";
}
