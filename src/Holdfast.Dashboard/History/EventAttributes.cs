using Google.Protobuf;
using Temporalio.Api.History.V1;

namespace Holdfast.Dashboard.History;

/// <summary>The attributes of an event, whatever its type.</summary>
internal static class EventAttributes
{
    /// <summary>The event's attributes message; null for an event type that this version does not know.</summary>
    public static IMessage? Of(HistoryEvent historyEvent) =>
        HistoryEvent.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(historyEvent)?.Accessor.GetValue(historyEvent) as IMessage;

    /// <summary>The value of a field of the attributes, or the type's default where there is no such field.</summary>
    public static T? Field<T>(IMessage? attributes, string name) =>
        attributes?.Descriptor.FindFieldByName(name)?.Accessor.GetValue(attributes) is T value ? value : default;
}
