using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Holdfast.Dashboard.Decoding;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Dashboard.History;

/// <summary>An event as the protocol's JSON, with its payloads decoded where they lie.</summary>
internal static class EventJson
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(HistoryEvent historyEvent)
    {
        string json;
        try
        {
            json = JsonFormatter.Default.Format((IMessage?)EventAttributes.Of(historyEvent) ?? historyEvent);
        }
        catch (InvalidOperationException)
        {
            // A google.protobuf.Any of a type that the formatter was not told of.
            return historyEvent.ToString();
        }

        return Readable(JsonNode.Parse(json))?.ToJsonString(Indented) ?? "{}";
    }

    private static JsonNode? Readable(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject thing when AsPayload(thing) is { } payload:
                return Decoded(payload);
            case JsonObject thing:
                foreach (var (name, value) in thing.ToList())
                    Replace(value, readable => thing[name] = readable);
                return thing;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                    Replace(list[i], readable => list[i] = readable);
                return list;
            default:
                return node;
        }
    }

    private static void Replace(JsonNode? value, Action<JsonNode?> set)
    {
        var readable = Readable(value);
        if (!ReferenceEquals(readable, value))
            set(readable);
    }

    private static Payload? AsPayload(JsonObject thing)
    {
        if (thing["metadata"] is not JsonObject metadata || metadata["encoding"] is not JsonValue)
            return null;

        try
        {
            return Payload.Parser.ParseJson(thing.ToJsonString());
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static JsonObject Decoded(Payload payload)
    {
        var decoded = PayloadDecoder.Decode(payload);
        return new JsonObject
        {
            ["encoding"] = decoded.Encoding,
            ["data"] = decoded is { Form: PayloadForm.Json, IsShortened: false } ? JsonNode.Parse(decoded.Text)
                : decoded.Form is PayloadForm.Null ? null
                : JsonValue.Create(decoded.Text),
        };
    }
}
