using System.IO.Compression;
using System.Text;
using Google.Protobuf;
using Holdfast.Dashboard.Decoding;
using Temporalio.Api.Common.V1;

namespace Holdfast.Dashboard.Tests.Decoding;

public sealed class PayloadDecoderTests
{
    [Fact]
    public void Json_is_indented_and_keeps_its_letters()
    {
        var decoded = PayloadDecoder.Decode(Of("json/plain", """{"from":"山田","n":1.50}"""));

        Assert.Equal(PayloadForm.Json, decoded.Form);
        Assert.Equal("{\n  \"from\": \"山田\",\n  \"n\": 1.50\n}", decoded.Text.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void What_only_claims_to_be_json_is_shown_as_the_text_it_is()
    {
        var decoded = PayloadDecoder.Decode(Of("json/plain", "{oops"));

        Assert.Equal((PayloadForm.Text, "{oops"), (decoded.Form, decoded.Text));
    }

    [Fact]
    public void Compressed_json_within_json_is_shown_in_its_place()
    {
        var decoded = PayloadDecoder.Decode(Of("json/plain", $$"""{"messages":"{{Compressed("""[{"text":"Hello"}]""")}}","kept":["data:application/json+gzip;base64,??"]}"""));

        Assert.Contains("\"text\": \"Hello\"", decoded.Text, StringComparison.Ordinal);
        Assert.Contains("base64,??", decoded.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Compressed_json_that_would_fill_the_memory_stays_as_it_is()
    {
        var bomb = Compressed("\"" + new string('a', 20 * 1024 * 1024) + "\"");

        Assert.Contains(bomb[..50], PayloadDecoder.Decode(Of("json/plain", $"\"{bomb}\"")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Null_is_null_in_each_of_its_encodings()
    {
        Assert.Equal(PayloadForm.Null, PayloadDecoder.Decode(Of("binary/null", "")).Form);
        Assert.Equal(PayloadForm.Null, PayloadDecoder.Decode(Of("json/plain", "null")).Form);
        Assert.Equal(PayloadForm.Null, PayloadDecoder.Decode(new Payload()).Form);
    }

    [Fact]
    public void Bytes_are_shown_by_size_and_beginning()
    {
        byte[] bytes = [0x00, 0xff, .. Enumerable.Repeat((byte)0x11, 500)];

        var decoded = PayloadDecoder.Decode(new Payload { Data = ByteString.CopyFrom(bytes) });

        Assert.Equal((PayloadForm.Binary, 502L, true), (decoded.Form, decoded.SizeBytes, decoded.IsShortened));
        Assert.StartsWith("00 ff 11", decoded.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_sent_as_bytes_is_text_unless_it_is_not_utf8()
    {
        Assert.Equal(PayloadForm.Text, PayloadDecoder.Decode(Of("binary/plain", "hello\nworld")).Form);
        Assert.Equal(PayloadForm.Binary, PayloadDecoder.Decode(new Payload { Data = ByteString.CopyFrom(0xc3, 0x28, 0x41) }).Form);
    }

    [Fact]
    public void A_huge_value_is_shortened_and_says_so()
    {
        var decoded = PayloadDecoder.Decode(Of("json/plain", $"\"{new string('x', 300_000)}\""));

        Assert.True(decoded.IsShortened);
        Assert.Equal(PayloadDecoder.MostCharacters, decoded.Text.Length);
        Assert.Equal(300_002, decoded.SizeBytes);
    }

    [Fact]
    public void On_one_line_a_string_stands_without_its_quotes()
    {
        Assert.Equal("a b", PayloadDecoder.OneLine(Of("json/plain", "\"a\\nb\"")));
        Assert.Equal("""{"a":1}""", PayloadDecoder.OneLine(Of("json/plain", """{ "a": 1 }""")));
        Assert.Equal("""{"from":"Ada <a@b.example>"}""", PayloadDecoder.OneLine(Of("json/plain", """{"from":"Ada \u003Ca@b.example\u003E"}""")));
        Assert.Equal("abc…", PayloadDecoder.OneLine(Of("json/plain", "\"abcdef\""), 3));
    }

    private static Payload Of(string encoding, string text) =>
        new() { Metadata = { ["encoding"] = ByteString.CopyFromUtf8(encoding) }, Data = ByteString.CopyFrom(text, Encoding.UTF8) };

    private static string Compressed(string json)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(json));
        return "data:application/json+gzip;base64," + Convert.ToBase64String(packed.ToArray());
    }
}
