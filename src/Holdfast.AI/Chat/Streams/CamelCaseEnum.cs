using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.AI.Chat;

/// <summary>Writes an enum's value as <c>camelCase</c>.</summary>
internal sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase)
    where T : struct, Enum;
