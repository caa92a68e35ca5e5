using Google.Protobuf;
using Holdfast.Engine.Workflows;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Visibility;

/// <summary>Which search attributes a namespace knows, and the form in which they are kept: each payload says its type.</summary>
public static class SearchAttributeRules
{
    private const int MaxKeys = 100;
    private const int MaxValueBytes = 2 * 1024;
    private const int MaxTotalBytes = 40 * 1024;

    /// <summary>The attributes with their types filled in, or what is wrong with them.</summary>
    public static (SearchAttributes? Typed, string? Problem) Check(SearchAttributes? given, NamespaceView ns)
    {
        if (given is null || given.IndexedFields.Count == 0)
            return (given, null);
        if (given.IndexedFields.Count > MaxKeys)
            return (null, $"number of search attributes {given.IndexedFields.Count} exceeds limit {MaxKeys}");

        var typed = new SearchAttributes();
        foreach (var (name, payload) in given.IndexedFields)
        {
            if (TypeOf(name, ns) is not { } type)
                return (null, $"Namespace {ns.Name} has no mapping defined for search attribute {name}");
            if (payload.Data.Length > MaxValueBytes)
                return (null, $"search attribute {name} value size {payload.Data.Length} exceeds size limit {MaxValueBytes}");
            var withType = payload.Clone();
            withType.Metadata[IndexedPayload.TypeKey] = ByteString.CopyFromUtf8(type.ToString());
            if (!PayloadValues.IsNothing(payload) && IndexedPayload.Read(withType).IsEmpty)
                return (null, $"invalid value for search attribute {name} of type {type}: {Shown(payload)}");
            typed.IndexedFields[name] = withType;
        }

        return typed.CalculateSize() > MaxTotalBytes
            ? (null, $"total size of search attributes {typed.CalculateSize()} exceeds size limit {MaxTotalBytes}")
            : (typed, null);
    }

    private static IndexedValueType? TypeOf(string name, NamespaceView ns) =>
        ns.SearchAttributes.TryGetValue(name, out var custom) ? custom : KnownSearchAttributes.Predefined.TryGetValue(name, out var predefined) ? predefined : null;

    private static string Shown(Payload payload)
    {
        var text = payload.Data.ToStringUtf8();
        return text.Length > 100 ? text[..100] : text;
    }
}
