using System.Collections.Immutable;
using Holdfast.Engine.Visibility;

namespace Holdfast.Storage;

/// <summary>A listed run's values of search attributes, as conditions compare them.</summary>
internal static class VisibilityValues
{
    private const int NanosecondsPerTick = 100;

    public static ImmutableArray<AttributeValue> Of(VisibilityEntry entry, SearchAttribute attribute)
    {
        if (attribute.System is { } system)
            return OfSystem(entry, system) is { } value ? [value] : [];
        return entry.Row.SearchAttributes.IndexedFields.TryGetValue(attribute.Name, out var payload) ? IndexedPayload.Read(payload) : [];
    }

#pragma warning disable CS8524 // All values of our own enum have names.
    private static AttributeValue? OfSystem(VisibilityEntry entry, SystemAttribute system) => system switch
    {
        SystemAttribute.WorkflowId => AttributeValue.Of(entry.Run.WorkflowId),
        SystemAttribute.RunId => AttributeValue.Of(entry.Run.RunId),
        SystemAttribute.WorkflowType => AttributeValue.Of(entry.Row.WorkflowType),
        SystemAttribute.TaskQueue => AttributeValue.Of(entry.Row.TaskQueue),
        SystemAttribute.ExecutionStatus => AttributeValue.Of((long)entry.Row.Status),
        SystemAttribute.StartTime => AttributeValue.Of(entry.Row.StartTime),
        SystemAttribute.ExecutionTime => AttributeValue.Of(entry.Row.ExecutionTime),
        SystemAttribute.CloseTime => entry.Row.CloseTime is { } closed ? AttributeValue.Of(closed) : null,
        SystemAttribute.ExecutionDuration =>
            entry.Row.CloseTime is { } closed ? AttributeValue.Of((closed - entry.Row.ExecutionTime).Ticks * NanosecondsPerTick) : null,
        SystemAttribute.HistoryLength => AttributeValue.Of(entry.Row.HistoryLength),
        SystemAttribute.HistorySizeBytes => AttributeValue.Of(entry.Row.HistorySizeBytes),
        SystemAttribute.StateTransitionCount => AttributeValue.Of(entry.Row.StateTransitionCount),
        SystemAttribute.ParentWorkflowId => OrNull(entry.Row.ParentWorkflowId),
        SystemAttribute.ParentRunId => OrNull(entry.Row.ParentRunId),
        SystemAttribute.RootWorkflowId => OrNull(entry.Row.RootWorkflowId),
        SystemAttribute.RootRunId => OrNull(entry.Row.RootRunId),
    };
#pragma warning restore CS8524

    private static AttributeValue? OrNull(string text) => text.Length == 0 ? null : AttributeValue.Of(text);
}
