using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Dashboard.Decoding;

/// <summary>Puts JSON in place of strings that hold it in compressed form, as a data URI: long conversations are recorded so.</summary>
internal static class CompressedJson
{
    private const string Prefix = "data:application/json+gzip;base64,";

    // More than is shown. What is longer stays as it is: it comes from strangers, and a few bytes can expand to any size.
    private const int MostBytes = 16 * 1024 * 1024;

    private static ReadOnlySpan<byte> Mark => "data:application/json"u8;

    /// <exception cref="JsonException">The data is no JSON.</exception>
    public static ReadOnlyMemory<byte> Expand(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf(Mark) < 0)
            return json;

        var root = JsonNode.Parse(json.Span);
        return Encoding.UTF8.GetBytes((Expanded(root) ?? root)?.ToJsonString() ?? "null");
    }

    /// <summary>What is to take the node's place; null: it stays, and what is in it may have changed.</summary>
    private static JsonNode? Expanded(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, member) in members.ToArray())
                {
                    if (Expanded(member) is { } expanded)
                        members[name] = expanded;
                }

                return null;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    if (Expanded(items[i]) is { } expanded)
                        items[i] = expanded;
                }

                return null;
            case JsonValue value when value.TryGetValue(out string? text) && text.StartsWith(Prefix, StringComparison.Ordinal):
                return Unpacked(text[Prefix.Length..]);
            default:
                return null;
        }
    }

    private static JsonNode? Unpacked(string base64)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(base64)), CompressionMode.Decompress);
            var buffer = new byte[MostBytes];
            var length = gzip.ReadAtLeast(buffer, MostBytes, throwOnEndOfStream: false);
            return length == MostBytes ? null : JsonNode.Parse(buffer.AsSpan(0, length));
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException or JsonException)
        {
            return null;
        }
    }
}
