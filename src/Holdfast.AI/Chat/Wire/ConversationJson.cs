using System.Buffers.Text;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>
/// Writes a conversation as Microsoft.Extensions.AI does, and a long one as a data URI of that, compressed. A conversation is sent with each
/// of its model calls, so an agent that runs long would otherwise end at the limit of a history (50 MB on Temporal's server) or of a
/// payload (2 MB).
/// </summary>
/// <remarks>
/// Deflate writes the same bytes for the same beginning, so of a conversation that grew, a store that keeps equal pieces once has to keep what is new.
/// </remarks>
internal sealed class ConversationJson : JsonConverter<IList<ChatMessage>>
{
    public const string Prefix = "data:application/json+gzip;base64,";

    // Shorter ones stay readable for whoever looks at a history with other tools.
    public const int LongestPlain = 32 * 1024;

    // Far above what a model reads; below what would harm a worker.
    private const int Longest = 64 * 1024 * 1024;

    public override IList<ChatMessage>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String
            ? JsonSerializer.Deserialize<IList<ChatMessage>>(Unpack(reader.GetString()!), AIJsonUtilities.DefaultOptions)
            : JsonSerializer.Deserialize<IList<ChatMessage>>(ref reader, AIJsonUtilities.DefaultOptions);

    public override void Write(Utf8JsonWriter writer, IList<ChatMessage> value, JsonSerializerOptions options)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, AIJsonUtilities.DefaultOptions);
        if (json.Length <= LongestPlain)
            writer.WriteRawValue(json, skipInputValidation: true);
        else
            writer.WriteRawValue($"\"{Prefix}{Pack(json)}\"", skipInputValidation: true);
    }

    private static string Pack(byte[] json)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(json);
        return Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
    }

    private static byte[] Unpack(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || !Base64.IsValid(text.AsSpan(Prefix.Length)))
            throw new JsonException("The messages are neither a list nor one in compressed form.");

        try
        {
            using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(text[Prefix.Length..])), CompressionMode.Decompress);
            using var json = new MemoryStream();
            var buffer = new byte[81920];
            while (gzip.Read(buffer) is var read and > 0)
            {
                json.Write(buffer, 0, read);
                if (json.Length > Longest)
                    throw new JsonException($"The conversation is longer than {Longest} bytes.");
            }

            return json.ToArray();
        }
        catch (InvalidDataException exception)
        {
            throw new JsonException("The compressed messages are damaged.", exception);
        }
    }
}
