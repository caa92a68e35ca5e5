using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Tests.StandIns;

/// <summary>What Anthropic's Messages API says.</summary>
internal static class AnthropicWire
{
    public static StandInReply Answer(string text, string stopReason = "end_turn") => Message([TextBlock(text)], stopReason);

    /// <summary>The answer as it was asked for: whole, or as a stream.</summary>
    public static StandInReply Answer(StandInRequest request, string text) => request.Streamed ? Stream(text) : Answer(text);

    public static StandInReply ToolCalls(params (string Id, string Name, object Input)[] calls) =>
        Message([.. calls.Select(call => ToolBlock(call.Id, call.Name, call.Input))], "tool_use");

    public static StandInReply Message(JsonNode[] blocks, string stopReason) => StandInReply.Json(
        200,
        new JsonObject
        {
            ["id"] = "msg_1",
            ["type"] = "message",
            ["role"] = "assistant",
            ["model"] = "claude-sonnet-5-5",
            ["content"] = new JsonArray(blocks),
            ["stop_reason"] = stopReason,
            ["stop_sequence"] = null,
            ["usage"] = new JsonObject { ["input_tokens"] = 10, ["output_tokens"] = 3, ["cache_creation_input_tokens"] = 2, ["cache_read_input_tokens"] = 5 },
        }.ToJsonString(),
        ("request-id", "req_1"));

    public static JsonNode TextBlock(string text) => new JsonObject { ["type"] = "text", ["text"] = text };

    public static JsonNode ThinkingBlock(string text, string signature) =>
        new JsonObject { ["type"] = "thinking", ["thinking"] = text, ["signature"] = signature };

    public static JsonNode ToolBlock(string id, string name, object input) =>
        new JsonObject { ["type"] = "tool_use", ["id"] = id, ["name"] = name, ["input"] = JsonSerializer.SerializeToNode(input) };

    public static string Error(string type, string message, string? code = null)
    {
        var error = new JsonObject { ["type"] = type, ["message"] = message };
        if (code is not null)
            error["details"] = new JsonObject { ["error_code"] = code };
        return new JsonObject { ["type"] = "error", ["error"] = error, ["request_id"] = "req_1" }.ToJsonString();
    }

    public static StandInReply Failure(int status, string type, string message = "no", params (string, string)[] headers) =>
        StandInReply.Json(status, Error(type, message), [("request-id", "req_1"), .. headers]);

    /// <summary>The events of an answer in these pieces.</summary>
    public static StandInReply Stream(params string[] pieces) => StandInReply.Events([.. Opening(), .. pieces.Select(Piece), .. Closing()]);

    public static IEnumerable<string> Opening() =>
    [
        Event("message_start", """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}}}"""),
        Event("ping", """{"type":"ping"}"""),
        Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""),
    ];

    public static string Piece(string text) =>
        Event("content_block_delta", $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{{{JsonSerializer.Serialize(text)}}}}}""");

    public static IEnumerable<string> Closing(string stopReason = "end_turn") =>
    [
        Event("content_block_stop", """{"type":"content_block_stop","index":0}"""),
        Event("message_delta", $$$"""{"type":"message_delta","delta":{"stop_reason":"{{{stopReason}}}","stop_sequence":null},"usage":{"output_tokens":7}}"""),
        Event("message_stop", """{"type":"message_stop"}"""),
    ];

    public static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";
}
