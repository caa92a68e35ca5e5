using System.Text;
using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Holdfast.Engine.Workflows;

/// <summary>The few payloads that the server itself reads or writes.</summary>
internal static class PayloadValues
{
    private static readonly ByteString Null = ByteString.CopyFromUtf8("null");
    private static readonly ByteString EmptyList = ByteString.CopyFromUtf8("[]");

    /// <summary>The values that delete a key in an upsert: no data, JSON null and JSON empty list.</summary>
    public static bool IsNothing(Payload payload)
    {
        var encoding = payload.Metadata.TryGetValue("encoding", out var name) ? name.ToStringUtf8() : "";
        return encoding == "binary/null" || (encoding == "json/plain" && (payload.Data == Null || payload.Data == EmptyList))
            || (encoding.Length == 0 && payload.Data.IsEmpty);
    }

    /// <summary>A text as SDKs write one.</summary>
    public static Payload Json(string text) => new()
    {
        Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain") },
        Data = ByteString.CopyFrom(Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(text))),
    };
}
