using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows;

internal static partial class HistoryEvents
{
    public static HistoryEvent WorkflowExecutionCompleted(Command envelope, Payloads? result, long completedEventId, string successorRunId) => From(envelope, new HistoryEvent
    {
        EventType = EventType.WorkflowExecutionCompleted,
        WorkflowExecutionCompletedEventAttributes = new()
        {
            Result = result,
            WorkflowTaskCompletedEventId = completedEventId,
            NewExecutionRunId = successorRunId,
        },
    });

    public static HistoryEvent WorkflowExecutionFailed(Command envelope, Failure failure, RetryState retryState, long completedEventId, string successorRunId) => From(envelope, new HistoryEvent
    {
        EventType = EventType.WorkflowExecutionFailed,
        WorkflowExecutionFailedEventAttributes = new()
        {
            Failure = failure,
            RetryState = retryState,
            WorkflowTaskCompletedEventId = completedEventId,
            NewExecutionRunId = successorRunId,
        },
    });

    public static HistoryEvent WorkflowExecutionTimedOut(RetryState retryState, string successorRunId) => new()
    {
        EventType = EventType.WorkflowExecutionTimedOut,
        WorkflowExecutionTimedOutEventAttributes = new() { RetryState = retryState, NewExecutionRunId = successorRunId },
    };

    public static HistoryEvent WorkflowExecutionCanceled(Command envelope, Payloads? details, long completedEventId) => From(envelope, new HistoryEvent
    {
        EventType = EventType.WorkflowExecutionCanceled,
        WorkflowExecutionCanceledEventAttributes = new() { Details = details, WorkflowTaskCompletedEventId = completedEventId },
    });

    public static HistoryEvent WorkflowExecutionTerminated(string reason, Payloads? details, string identity) => new()
    {
        EventType = EventType.WorkflowExecutionTerminated,
        WorkflowExecutionTerminatedEventAttributes = new() { Reason = reason, Details = details, Identity = identity },
    };

    public static HistoryEvent WorkflowExecutionCancelRequested(string cause, string identity, WorkflowExecution? external, long externalInitiatedEventId) => new()
    {
        EventType = EventType.WorkflowExecutionCancelRequested,
        WorkflowExecutionCancelRequestedEventAttributes = new()
        {
            Cause = cause,
            Identity = identity,
            ExternalWorkflowExecution = external,
            ExternalInitiatedEventId = externalInitiatedEventId,
        },
    };

    public static HistoryEvent WorkflowExecutionContinuedAsNew(
        Command envelope, ContinueAsNewWorkflowExecutionCommandAttributes command, WorkflowExecutionStartedEventAttributes next, string successorRunId, TimeSpan backoff, long completedEventId) => From(envelope, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionContinuedAsNew,
            WorkflowExecutionContinuedAsNewEventAttributes = new()
            {
                NewExecutionRunId = successorRunId,
                WorkflowType = next.WorkflowType,
                TaskQueue = next.TaskQueue,
                Input = command.Input,
                WorkflowRunTimeout = next.WorkflowRunTimeout,
                WorkflowTaskTimeout = next.WorkflowTaskTimeout,
                WorkflowTaskCompletedEventId = completedEventId,
                BackoffStartInterval = Duration.FromTimeSpan(backoff),
                Initiator = next.Initiator,
                Failure = command.Failure,
                LastCompletionResult = command.LastCompletionResult,
                Header = command.Header,
                Memo = command.Memo,
                SearchAttributes = next.SearchAttributes,
            },
        });

    public static HistoryEvent WorkflowExecutionOptionsUpdated(string attachedRequestId, string identity, IEnumerable<Callback> callbacks, IEnumerable<Link> links)
    {
        var updated = new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionOptionsUpdated,
            WorkerMayIgnore = true,
            WorkflowExecutionOptionsUpdatedEventAttributes = new() { AttachedRequestId = attachedRequestId, Identity = identity },
        };
        updated.WorkflowExecutionOptionsUpdatedEventAttributes.AttachedCompletionCallbacks.AddRange(callbacks);
        updated.Links.AddRange(links);
        return updated;
    }
}
