using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Tests.StandIns;

/// <summary>What OpenAI's Responses API says.</summary>
internal static class OpenAIWire
{
    public static StandInReply Answer(string text) => Response([Message(text)]);

    public static StandInReply Response(JsonNode[] output, string status = "completed", JsonNode? error = null) =>
        StandInReply.Json(200, Body(output, status, error).ToJsonString(), ("x-request-id", "req_o1"));

    public static JsonObject Body(JsonNode[] output, string status, JsonNode? error = null, JsonNode? incomplete = null) => new()
    {
        ["id"] = "resp_1",
        ["object"] = "response",
        ["created_at"] = 1_790_000_000,
        ["status"] = status,
        ["error"] = error,
        ["incomplete_details"] = incomplete,
        ["model"] = "gpt-6.1-sol",
        ["output"] = new JsonArray(output),
        ["parallel_tool_calls"] = true,
        ["tool_choice"] = "auto",
        ["tools"] = new JsonArray(),
        ["usage"] = new JsonObject
        {
            ["input_tokens"] = 12,
            ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = 4 },
            ["output_tokens"] = 6,
            ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 2 },
            ["total_tokens"] = 18,
        },
    };

    public static JsonNode Message(string text) => new JsonObject
    {
        ["type"] = "message",
        ["id"] = "msg_1",
        ["status"] = "completed",
        ["role"] = "assistant",
        ["content"] = new JsonArray(new JsonObject { ["type"] = "output_text", ["text"] = text, ["annotations"] = new JsonArray() }),
    };

    public static JsonNode Call(string id, string name, object arguments) => new JsonObject
    {
        ["type"] = "function_call",
        ["id"] = "fc_1",
        ["call_id"] = id,
        ["name"] = name,
        ["arguments"] = JsonSerializer.Serialize(arguments),
        ["status"] = "completed",
    };

    public static JsonNode Reasoning(string summary, string encrypted) => new JsonObject
    {
        ["type"] = "reasoning",
        ["id"] = "rs_1",
        ["summary"] = new JsonArray(new JsonObject { ["type"] = "summary_text", ["text"] = summary }),
        ["encrypted_content"] = encrypted,
    };

    public static string Error(string? code, string message, string type = "invalid_request_error") =>
        new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = null, ["code"] = code } }.ToJsonString();

    public static StandInReply Failure(int status, string? code, string message = "no", params (string, string)[] headers) =>
        StandInReply.Json(status, Error(code, message), [("x-request-id", "req_o1"), .. headers]);

    public static StandInReply Stream(params string[] pieces) => StandInReply.Events([Created(), .. pieces.Select(Piece), Completed(string.Concat(pieces))]);

    public static string Created() => Event("response.created", new() { ["response"] = Body([], "in_progress") });

    public static string Piece(string text) => Event("response.output_text.delta", new()
    {
        ["item_id"] = "msg_1",
        ["output_index"] = 0,
        ["content_index"] = 0,
        ["delta"] = text,
    });

    public static string Completed(string text) => Event("response.completed", new() { ["response"] = Body([Message(text)], "completed") });

    public static string Failed(string code, string message) => Event("response.failed", new()
    {
        ["response"] = Body([], "failed", new JsonObject { ["code"] = code, ["message"] = message }),
    });

    public static string ErrorEvent(string code, string message) => Event("error", new() { ["code"] = code, ["message"] = message, ["param"] = null });

    private static string Event(string type, JsonObject data)
    {
        data["type"] = type;
        data["sequence_number"] = 1;
        return $"event: {type}\ndata: {data.ToJsonString()}\n\n";
    }
}
