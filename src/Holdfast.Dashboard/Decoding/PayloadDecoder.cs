using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.Dashboard.Text;
using Temporalio.Api.Common.V1;

namespace Holdfast.Dashboard.Decoding;

/// <summary>
/// Makes payloads readable. The encoding in the metadata is only what the sender says, so nothing here fails when the data
/// is something else: it is then shown as text or as bytes.
/// </summary>
internal static class PayloadDecoder
{
    /// <summary>As much as a person reads on a page; the rest would only make the page slow.</summary>
    public const int MostCharacters = 100_000;

    private const int MostHexBytes = 256;

    // Every page encodes what it shows, so JSON may keep letters of all scripts as they are.
    private static readonly JsonWriterOptions Indented =
        new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static DecodedPayload Decode(Payload payload)
    {
        var encoding = EncodingOf(payload);
        var data = payload.Data.Span;

        if (encoding == "binary/null" || (data.IsEmpty && encoding.Length == 0))
            return new(PayloadForm.Null, "null", encoding, data.Length, false);
        if (encoding.StartsWith("json/", StringComparison.Ordinal) && TryWrite(payload.Data.Memory, Indented) is { } json)
            return Shorten(json == "null" ? PayloadForm.Null : PayloadForm.Json, json, encoding, data.Length);
        if (TryText(data) is { } text)
            return Shorten(PayloadForm.Text, text, encoding, data.Length);
        return new(PayloadForm.Binary, Hex(data), encoding, data.Length, data.Length > MostHexBytes);
    }

    /// <summary>A short form on one line, for a list or a table cell.</summary>
    public static string OneLine(Payload payload, int mostCharacters = 200)
    {
        var decoded = Decode(payload);
        var text = decoded.Form switch
        {
            PayloadForm.Json when TryString(payload.Data.Span) is { } plain => plain,
            PayloadForm.Json => TryWrite(payload.Data.Memory, Compact) ?? decoded.Text,
            PayloadForm.Binary => SizeText.Of(decoded.SizeBytes),
            _ => decoded.Text,
        };
        text = text.ReplaceLineEndings(" ");
        return text.Length <= mostCharacters ? text : text[..mostCharacters] + "…";
    }

    public static string EncodingOf(Payload payload) =>
        payload.Metadata.TryGetValue("encoding", out var encoding) ? encoding.ToStringUtf8() : "";

    private static string? TryWrite(ReadOnlyMemory<byte> data, JsonWriterOptions options)
    {
        try
        {
            using var document = JsonDocument.Parse(CompressedJson.Expand(data));
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer, options))
                document.WriteTo(writer);
            return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? TryString(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? TryText(ReadOnlySpan<byte> data)
    {
        // Text has no control characters but white space; binary formats have them early on.
        if (data.ContainsAnyInRange((byte)0, (byte)8) || data.ContainsAnyInRange((byte)14, (byte)31))
            return null;

        try
        {
            return StrictUtf8.GetString(data);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Hex(ReadOnlySpan<byte> data)
    {
        var shown = data[..Math.Min(data.Length, MostHexBytes)];
        var text = new StringBuilder();
        for (var i = 0; i < shown.Length; i++)
        {
            if (i > 0)
                text.Append(i % 16 == 0 ? '\n' : ' ');
            text.Append(Convert.ToHexStringLower(shown.Slice(i, 1)));
        }

        return text.ToString();
    }

    private static DecodedPayload Shorten(PayloadForm form, string text, string encoding, int size) =>
        text.Length <= MostCharacters
            ? new(form, text, encoding, size, false)
            : new(form, text[..MostCharacters], encoding, size, true);
}
