using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows;

internal static partial class HistoryEvents
{
    public static HistoryEvent UpsertWorkflowSearchAttributes(SearchAttributes attributes, long completedEventId) => new()
    {
        EventType = EventType.UpsertWorkflowSearchAttributes,
        UpsertWorkflowSearchAttributesEventAttributes = new() { SearchAttributes = attributes, WorkflowTaskCompletedEventId = completedEventId },
    };

    public static HistoryEvent WorkflowPropertiesModified(Memo memo, long completedEventId) => new()
    {
        EventType = EventType.WorkflowPropertiesModified,
        WorkflowPropertiesModifiedEventAttributes = new() { UpsertedMemo = memo, WorkflowTaskCompletedEventId = completedEventId },
    };

    public static HistoryEvent MarkerRecorded(RecordMarkerCommandAttributes command, Command envelope, long completedEventId)
    {
        var recorded = new HistoryEvent
        {
            EventType = EventType.MarkerRecorded,
            MarkerRecordedEventAttributes = new()
            {
                MarkerName = command.MarkerName,
                Header = command.Header,
                Failure = command.Failure,
                WorkflowTaskCompletedEventId = completedEventId,
            },
        };
        recorded.MarkerRecordedEventAttributes.Details.Add(command.Details);
        return From(envelope, recorded);
    }
}
