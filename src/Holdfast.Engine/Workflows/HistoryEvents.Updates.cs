using Holdfast.Engine.Workflows.Updates;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Update.V1;

namespace Holdfast.Engine.Workflows;

internal static partial class HistoryEvents
{
    public static HistoryEvent WorkflowExecutionUpdateAccepted(string updateId, Acceptance acceptance, Request request) => new()
    {
        EventType = EventType.WorkflowExecutionUpdateAccepted,
        WorkflowExecutionUpdateAcceptedEventAttributes = new()
        {
            ProtocolInstanceId = updateId,
            AcceptedRequestMessageId = DeliverUpdates.RequestMessageId(updateId),
            AcceptedRequestSequencingEventId = acceptance.AcceptedRequestSequencingEventId,
            AcceptedRequest = request,
        },
    };

    public static HistoryEvent WorkflowExecutionUpdateCompleted(UpdateState update, Response response) => new()
    {
        EventType = EventType.WorkflowExecutionUpdateCompleted,
        WorkflowExecutionUpdateCompletedEventAttributes = new()
        {
            Meta = response.Meta,
            AcceptedEventId = update.AcceptedEventId,
            Outcome = response.Outcome,
        },
    };
}
