using System.Text.Json;
using System.Text.Json.Nodes;
using Temporalio.Api.Common.V1;

namespace Holdfast.AI.Tracing.Sources;

/// <summary>Payloads of a history, or of an activity, as JSON to show.</summary>
internal static class PayloadJson
{
    /// <summary>One: its value. Several: a list. None: null.</summary>
    public static JsonNode? Of(IReadOnlyList<Payload> payloads) => payloads.Count switch
    {
        0 => null,
        1 => Of(payloads[0]),
        _ => new JsonArray([.. payloads.Select(Of)]),
    };

    private static JsonNode? Of(Payload payload)
    {
        var encoding = payload.Metadata.TryGetValue("encoding", out var given) ? given.ToStringUtf8() : "";
        if (encoding is "binary/null")
            return null;

        try
        {
            if (encoding.StartsWith("json/", StringComparison.Ordinal))
                return JsonNode.Parse(payload.Data.Span);
        }
        catch (JsonException)
        {
            // Shown as what cannot be read, below.
        }

        return $"[{payload.Data.Length} bytes of {(encoding.Length > 0 ? encoding : "an unknown encoding")}]";
    }
}
