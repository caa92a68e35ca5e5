using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows;

/// <summary>
/// The only place that makes history events. Ids and times are given by the <see cref="Turn"/> that adds them.
/// This part holds the workflow task's own events; each concern has a part of its own.
/// </summary>
internal static partial class HistoryEvents
{
    public static HistoryEvent WorkflowTaskScheduled(MutableState state, TimeSpan startToClose, int attempt) => new()
    {
        EventType = EventType.WorkflowTaskScheduled,
        WorkflowTaskScheduledEventAttributes = new()
        {
            TaskQueue = TaskQueueOf(state),
            StartToCloseTimeout = Duration.FromTimeSpan(startToClose),
            Attempt = attempt,
        },
    };

    /// <summary>The queue as workers know it: the sticky one names its normal queue.</summary>
    public static TaskQueue TaskQueueOf(MutableState state) => state.StickyQueue.Length > 0
        ? new TaskQueue { Name = state.StickyQueue, Kind = TaskQueueKind.Sticky, NormalName = state.TaskQueue }
        : new TaskQueue { Name = state.TaskQueue, Kind = TaskQueueKind.Normal };

    public static HistoryEvent WorkflowTaskStarted(PendingWorkflowTask task, MutableState state, EngineLimits limits) => new()
    {
        EventType = EventType.WorkflowTaskStarted,
        WorkflowTaskStartedEventAttributes = WorkflowTaskStartedAttributes(task, state, limits),
    };

    private static WorkflowTaskStartedEventAttributes WorkflowTaskStartedAttributes(PendingWorkflowTask task, MutableState state, EngineLimits limits)
    {
        var attributes = new WorkflowTaskStartedEventAttributes
        {
            ScheduledEventId = task.ScheduledEventId,
            Identity = task.Identity,
            RequestId = task.RequestId,
            SuggestContinueAsNew = task.SuggestContinueAsNew,
            HistorySizeBytes = task.HistorySizeBytes,
        };
        if (task.SuggestContinueAsNew)
            attributes.SuggestContinueAsNewReasons.AddRange(ContinueAsNewAdvice.Reasons(state, limits));
        return attributes;
    }

    public static HistoryEvent WorkflowTaskCompleted(PendingWorkflowTask task, RespondWorkflowTaskCompletedRequest request) => new()
    {
        EventType = EventType.WorkflowTaskCompleted,
        WorkflowTaskCompletedEventAttributes = new()
        {
            ScheduledEventId = task.ScheduledEventId,
            StartedEventId = task.StartedEventId,
            Identity = request.Identity,
            BinaryChecksum = request.BinaryChecksum,
            WorkerVersion = request.WorkerVersionStamp,
            SdkMetadata = request.SdkMetadata,
            MeteringMetadata = request.MeteringMetadata,
        },
    };

    public static HistoryEvent WorkflowTaskFailed(PendingWorkflowTask task, WorkflowTaskFailedCause cause, Failure? failure, string identity) => new()
    {
        EventType = EventType.WorkflowTaskFailed,
        WorkflowTaskFailedEventAttributes = new()
        {
            ScheduledEventId = task.ScheduledEventId,
            StartedEventId = task.StartedEventId,
            Cause = cause,
            Failure = failure,
            Identity = identity,
        },
    };

    public static HistoryEvent WorkflowTaskTimedOut(PendingWorkflowTask task, TimeoutType type) => new()
    {
        EventType = EventType.WorkflowTaskTimedOut,
        WorkflowTaskTimedOutEventAttributes = new()
        {
            ScheduledEventId = task.ScheduledEventId,
            StartedEventId = task.StartedEventId,
            TimeoutType = type,
        },
    };

    private static WorkflowExecution Execution(RunKey run) => new() { WorkflowId = run.WorkflowId, RunId = run.RunId };
}
