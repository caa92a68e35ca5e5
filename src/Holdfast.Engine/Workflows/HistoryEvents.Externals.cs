using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows;

internal static partial class HistoryEvents
{
    public static HistoryEvent SignalExternalWorkflowExecutionInitiated(SignalExternalWorkflowExecutionCommandAttributes command, Command envelope, Turn turn)
    {
        var (name, id) = Reached(command.Namespace, turn.Context.Namespace);
        return From(envelope, new HistoryEvent
        {
            EventType = EventType.SignalExternalWorkflowExecutionInitiated,
            SignalExternalWorkflowExecutionInitiatedEventAttributes = new()
            {
                WorkflowTaskCompletedEventId = turn.CompletedEventId,
                Namespace = name,
                NamespaceId = id,
                WorkflowExecution = command.Execution,
                Control = command.Control,
                SignalName = command.SignalName,
                Input = command.Input,
                ChildWorkflowOnly = command.ChildWorkflowOnly,
                Header = command.Header,
            },
        });
    }

    public static HistoryEvent SignalExternalWorkflowExecutionFailed(HistoryEvent initiated, SignalExternalWorkflowExecutionFailedCause cause)
    {
        var attributes = initiated.SignalExternalWorkflowExecutionInitiatedEventAttributes;
        return new HistoryEvent
        {
            EventType = EventType.SignalExternalWorkflowExecutionFailed,
            SignalExternalWorkflowExecutionFailedEventAttributes = new()
            {
                Cause = cause,
                WorkflowTaskCompletedEventId = attributes.WorkflowTaskCompletedEventId,
                Namespace = attributes.Namespace,
                NamespaceId = attributes.NamespaceId,
                WorkflowExecution = attributes.WorkflowExecution,
                InitiatedEventId = initiated.EventId,
            },
        };
    }

    public static HistoryEvent ExternalWorkflowExecutionSignaled(HistoryEvent initiated)
    {
        var attributes = initiated.SignalExternalWorkflowExecutionInitiatedEventAttributes;
        return new HistoryEvent
        {
            EventType = EventType.ExternalWorkflowExecutionSignaled,
            ExternalWorkflowExecutionSignaledEventAttributes = new()
            {
                InitiatedEventId = initiated.EventId,
                Namespace = attributes.Namespace,
                NamespaceId = attributes.NamespaceId,
                WorkflowExecution = attributes.WorkflowExecution,
            },
        };
    }

    public static HistoryEvent RequestCancelExternalWorkflowExecutionInitiated(
        RequestCancelExternalWorkflowExecutionCommandAttributes command, Command envelope, Turn turn)
    {
        var (name, id) = Reached(command.Namespace, turn.Context.Namespace);
        return From(envelope, new HistoryEvent
        {
            EventType = EventType.RequestCancelExternalWorkflowExecutionInitiated,
            RequestCancelExternalWorkflowExecutionInitiatedEventAttributes = new()
            {
                WorkflowTaskCompletedEventId = turn.CompletedEventId,
                Namespace = name,
                NamespaceId = id,
                WorkflowExecution = new WorkflowExecution { WorkflowId = command.WorkflowId, RunId = command.RunId },
                Control = command.Control,
                ChildWorkflowOnly = command.ChildWorkflowOnly,
                Reason = command.Reason,
            },
        });
    }

    public static HistoryEvent RequestCancelExternalWorkflowExecutionFailed(HistoryEvent initiated, CancelExternalWorkflowExecutionFailedCause cause)
    {
        var attributes = initiated.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
        return new HistoryEvent
        {
            EventType = EventType.RequestCancelExternalWorkflowExecutionFailed,
            RequestCancelExternalWorkflowExecutionFailedEventAttributes = new()
            {
                Cause = cause,
                WorkflowTaskCompletedEventId = attributes.WorkflowTaskCompletedEventId,
                Namespace = attributes.Namespace,
                NamespaceId = attributes.NamespaceId,
                WorkflowExecution = attributes.WorkflowExecution,
                InitiatedEventId = initiated.EventId,
            },
        };
    }

    public static HistoryEvent ExternalWorkflowExecutionCancelRequested(HistoryEvent initiated)
    {
        var attributes = initiated.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
        return new HistoryEvent
        {
            EventType = EventType.ExternalWorkflowExecutionCancelRequested,
            ExternalWorkflowExecutionCancelRequestedEventAttributes = new()
            {
                InitiatedEventId = initiated.EventId,
                Namespace = attributes.Namespace,
                NamespaceId = attributes.NamespaceId,
                WorkflowExecution = attributes.WorkflowExecution,
            },
        };
    }

    /// <summary>The namespace that a command means: none named is the workflow's own, and any other has no id, because it cannot be reached.</summary>
    private static (string Name, string Id) Reached(string named, NamespaceView own) =>
        named.Length == 0 || named == own.Name ? (own.Name, own.Id) : (named, "");
}
