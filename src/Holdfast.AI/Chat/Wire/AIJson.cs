using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>
/// Writes a property the way Microsoft.Extensions.AI does, whatever serializer options the worker's payload converter has: contents keep
/// their kind (text, reasoning with its signature, tool call, tool result), so what was recorded can be sent to the provider again.
/// </summary>
internal sealed class AIJson<T> : JsonConverter<T>
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<T>(ref reader, AIJsonUtilities.DefaultOptions);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, AIJsonUtilities.DefaultOptions);
}
