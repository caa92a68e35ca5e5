using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Api.Common.V1;

namespace Holdfast.Dashboard.Decoding;

/// <summary>
/// Finds the payloads in a message by walking its fields, so that event types of newer protocols need nothing here.
/// Headers and failures are left out: the first belong to interceptors, the second are shown as failures.
/// </summary>
internal static class PayloadFinder
{
    public static IReadOnlyList<NamedPayloads> In(IMessage message)
    {
        var found = new List<NamedPayloads>();
        Walk(message, found);
        return found;
    }

    private static void Walk(IMessage message, List<NamedPayloads> found)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType is not FieldType.Message || field.Accessor.GetValue(message) is not { } value)
                continue;

            if (field.IsMap)
                WalkMap(field, (IDictionary)value, found);
            else if (field.IsRepeated)
                continue;
            else
                Take(Label(field), (IMessage)value, found);
        }
    }

    private static void WalkMap(FieldDescriptor field, IDictionary map, List<NamedPayloads> found)
    {
        // The maps of memos and search attributes are called "fields"; the key says more than that.
        var isOwner = field.Name is "fields" or "indexed_fields" or "details";
        foreach (DictionaryEntry entry in map)
        {
            if (entry.Value is IMessage value and (Payload or Payloads))
                Take(isOwner ? (string)entry.Key : $"{Label(field)} {entry.Key}", value, found);
        }
    }

    private static void Take(string label, IMessage value, List<NamedPayloads> found)
    {
        switch (value)
        {
            case Payload payload:
                found.Add(new(label, [payload]));
                break;
            case Payloads { Payloads_.Count: > 0 } payloads:
                found.Add(new(label, payloads.Payloads_));
                break;
            case Payloads or Header or Temporalio.Api.Failure.V1.Failure:
                break;
            default:
                Walk(value, found);
                break;
        }
    }

    private static string Label(FieldDescriptor field) =>
        field.Name is "args" ? "Input"
        : field.Name is "success" ? "Result"
        : char.ToUpperInvariant(field.Name[0]) + field.Name[1..].Replace('_', ' ');
}
