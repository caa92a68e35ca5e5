using System.Diagnostics;
using Holdfast.Engine.Workflows.Children;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Holdfast.Engine.Workflows;

internal static partial class HistoryEvents
{
    public static HistoryEvent StartChildWorkflowExecutionInitiated(
        StartChildWorkflowExecutionCommandAttributes command, SearchAttributes? searchAttributes, Command envelope, Turn turn)
    {
        var (name, id) = Reached(command.Namespace, turn.Context.Namespace);
        return From(envelope, new HistoryEvent
        {
            EventType = EventType.StartChildWorkflowExecutionInitiated,
            StartChildWorkflowExecutionInitiatedEventAttributes = new()
            {
                Namespace = name,
                NamespaceId = id,
                WorkflowId = command.WorkflowId,
                WorkflowType = command.WorkflowType,
                TaskQueue = new TaskQueue
                {
                    Name = command.TaskQueue is { Name.Length: > 0 } queue ? queue.Name : turn.State.TaskQueue,
                    Kind = TaskQueueKind.Normal,
                },
                Input = command.Input,
                WorkflowExecutionTimeout = command.WorkflowExecutionTimeout,
                WorkflowRunTimeout = command.WorkflowRunTimeout,
                WorkflowTaskTimeout = command.WorkflowTaskTimeout,
                ParentClosePolicy = command.ParentClosePolicy == ParentClosePolicy.Unspecified ? ParentClosePolicy.Terminate : command.ParentClosePolicy,
                WorkflowTaskCompletedEventId = turn.CompletedEventId,
                WorkflowIdReusePolicy = command.WorkflowIdReusePolicy == WorkflowIdReusePolicy.Unspecified
                    ? WorkflowIdReusePolicy.AllowDuplicate
                    : command.WorkflowIdReusePolicy,
                RetryPolicy = command.RetryPolicy is null ? null : RetryPolicies.Filled(command.RetryPolicy),
                CronSchedule = command.CronSchedule,
                Control = command.Control,
                Header = command.Header,
                Memo = command.Memo,
                SearchAttributes = searchAttributes,
                Priority = Priorities.Inherited(command.Priority, turn.State.Started.Priority),
                VersioningOverride = command.VersioningOverride,
            },
        });
    }

    public static HistoryEvent StartChildWorkflowExecutionFailed(PendingChild child, StartChildWorkflowExecutionFailedCause cause) => new()
    {
        EventType = EventType.StartChildWorkflowExecutionFailed,
        StartChildWorkflowExecutionFailedEventAttributes = new()
        {
            Namespace = child.Attributes.Namespace,
            NamespaceId = child.Attributes.NamespaceId,
            WorkflowId = child.Attributes.WorkflowId,
            WorkflowType = child.Attributes.WorkflowType,
            Cause = cause,
            InitiatedEventId = child.InitiatedEventId,
            WorkflowTaskCompletedEventId = child.Attributes.WorkflowTaskCompletedEventId,
        },
    };

    public static HistoryEvent ChildWorkflowExecutionStarted(PendingChild child, string runId) => new()
    {
        EventType = EventType.ChildWorkflowExecutionStarted,
        ChildWorkflowExecutionStartedEventAttributes = new()
        {
            Namespace = child.Attributes.Namespace,
            NamespaceId = child.Attributes.NamespaceId,
            InitiatedEventId = child.InitiatedEventId,
            WorkflowExecution = ChildRun(child, runId),
            WorkflowType = child.Attributes.WorkflowType,
            Header = child.Attributes.Header,
        },
    };

    /// <summary>The parent's event for the event that closed the child.</summary>
    public static HistoryEvent ChildWorkflowExecutionClosed(PendingChild child, string runId, HistoryEvent closeEvent) => closeEvent.AttributesCase switch
    {
        HistoryEvent.AttributesOneofCase.WorkflowExecutionCompletedEventAttributes => new()
        {
            EventType = EventType.ChildWorkflowExecutionCompleted,
            ChildWorkflowExecutionCompletedEventAttributes = new()
            {
                Result = closeEvent.WorkflowExecutionCompletedEventAttributes.Result,
                Namespace = child.Attributes.Namespace,
                NamespaceId = child.Attributes.NamespaceId,
                WorkflowExecution = ChildRun(child, runId),
                WorkflowType = child.Attributes.WorkflowType,
                InitiatedEventId = child.InitiatedEventId,
                StartedEventId = child.StartedEventId,
            },
        },
        HistoryEvent.AttributesOneofCase.WorkflowExecutionFailedEventAttributes => new()
        {
            EventType = EventType.ChildWorkflowExecutionFailed,
            ChildWorkflowExecutionFailedEventAttributes = new()
            {
                Failure = closeEvent.WorkflowExecutionFailedEventAttributes.Failure,
                RetryState = closeEvent.WorkflowExecutionFailedEventAttributes.RetryState,
                Namespace = child.Attributes.Namespace,
                NamespaceId = child.Attributes.NamespaceId,
                WorkflowExecution = ChildRun(child, runId),
                WorkflowType = child.Attributes.WorkflowType,
                InitiatedEventId = child.InitiatedEventId,
                StartedEventId = child.StartedEventId,
            },
        },
        HistoryEvent.AttributesOneofCase.WorkflowExecutionCanceledEventAttributes => new()
        {
            EventType = EventType.ChildWorkflowExecutionCanceled,
            ChildWorkflowExecutionCanceledEventAttributes = new()
            {
                Details = closeEvent.WorkflowExecutionCanceledEventAttributes.Details,
                Namespace = child.Attributes.Namespace,
                NamespaceId = child.Attributes.NamespaceId,
                WorkflowExecution = ChildRun(child, runId),
                WorkflowType = child.Attributes.WorkflowType,
                InitiatedEventId = child.InitiatedEventId,
                StartedEventId = child.StartedEventId,
            },
        },
        HistoryEvent.AttributesOneofCase.WorkflowExecutionTimedOutEventAttributes => new()
        {
            EventType = EventType.ChildWorkflowExecutionTimedOut,
            ChildWorkflowExecutionTimedOutEventAttributes = new()
            {
                RetryState = closeEvent.WorkflowExecutionTimedOutEventAttributes.RetryState,
                Namespace = child.Attributes.Namespace,
                NamespaceId = child.Attributes.NamespaceId,
                WorkflowExecution = ChildRun(child, runId),
                WorkflowType = child.Attributes.WorkflowType,
                InitiatedEventId = child.InitiatedEventId,
                StartedEventId = child.StartedEventId,
            },
        },
        HistoryEvent.AttributesOneofCase.WorkflowExecutionTerminatedEventAttributes => new()
        {
            EventType = EventType.ChildWorkflowExecutionTerminated,
            ChildWorkflowExecutionTerminatedEventAttributes = new()
            {
                Namespace = child.Attributes.Namespace,
                NamespaceId = child.Attributes.NamespaceId,
                WorkflowExecution = ChildRun(child, runId),
                WorkflowType = child.Attributes.WorkflowType,
                InitiatedEventId = child.InitiatedEventId,
                StartedEventId = child.StartedEventId,
            },
        },
        _ => throw new UnreachableException($"An event of type {closeEvent.EventType} does not end a chain of runs."),
    };

    private static WorkflowExecution ChildRun(PendingChild child, string runId) => new() { WorkflowId = child.Attributes.WorkflowId, RunId = runId };
}
