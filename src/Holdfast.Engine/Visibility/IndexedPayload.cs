using System.Collections.Immutable;
using System.Text.Json;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Visibility;

/// <summary>A search attribute's payload, read for comparing: JSON, with the attribute's type in the metadata.</summary>
public static class IndexedPayload
{
    /// <summary>Metadata key that holds the name of an <see cref="IndexedValueType"/>.</summary>
    public const string TypeKey = "type";

    /// <summary>
    /// The values: none for null, one for most, several for a keyword list. What does not fit its type is no value; such a payload was refused
    /// when it came in, so this is for what older programs stored.
    /// </summary>
    public static ImmutableArray<AttributeValue> Read(Payload payload)
    {
        if (!payload.Metadata.TryGetValue(TypeKey, out var type) || !Enum.TryParse<IndexedValueType>(type.ToStringUtf8(), out var valueType))
            return [];

        try
        {
            using var json = JsonDocument.Parse(payload.Data.Memory);
            if (json.RootElement.ValueKind != JsonValueKind.Array)
                return Read(json.RootElement, valueType) is { } value ? [value] : [];

            // Some SDKs send every attribute as a list; only a keyword list may hold more than one.
            return valueType == IndexedValueType.KeywordList || json.RootElement.GetArrayLength() == 1
                ? [.. json.RootElement.EnumerateArray().Select(item => Read(item, valueType)).OfType<AttributeValue>()]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

#pragma warning disable CS8524 // Numbers without a name are no types: they do not parse above.
    private static AttributeValue? Read(JsonElement json, IndexedValueType type) => type switch
    {
        IndexedValueType.Text or IndexedValueType.Keyword or IndexedValueType.KeywordList =>
            json.ValueKind == JsonValueKind.String ? AttributeValue.Of(json.GetString()!) : null,
        IndexedValueType.Int => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var integer) ? AttributeValue.Of(integer) : null,
        IndexedValueType.Double => json.ValueKind == JsonValueKind.Number ? AttributeValue.Of(json.GetDouble()) : null,
        IndexedValueType.Bool => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? AttributeValue.Of(json.GetBoolean()) : null,
        IndexedValueType.Datetime =>
            json.ValueKind == JsonValueKind.String && Rfc3339.TryParse(json.GetString()!, out var time) ? AttributeValue.Of(time) : null,
        IndexedValueType.Unspecified => null,
    };
#pragma warning restore CS8524
}
