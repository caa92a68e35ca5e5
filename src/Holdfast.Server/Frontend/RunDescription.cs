using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Activities;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

/// <summary>A run as <c>DescribeWorkflowExecution</c> shows it.</summary>
internal static class RunDescription
{
    public static DescribeWorkflowExecutionResponse Of(MutableState run)
    {
        var described = new DescribeWorkflowExecutionResponse
        {
            ExecutionConfig = new WorkflowExecutionConfig
            {
                TaskQueue = new TaskQueue { Name = run.TaskQueue, Kind = TaskQueueKind.Normal },
                WorkflowExecutionTimeout = run.Started.WorkflowExecutionTimeout ?? new Duration(),
                WorkflowRunTimeout = run.Started.WorkflowRunTimeout ?? new Duration(),
                DefaultWorkflowTaskTimeout = run.Started.WorkflowTaskTimeout ?? new Duration(),
                UserMetadata = run.StartedEvent.UserMetadata,
            },
            WorkflowExecutionInfo = Info(run),
            WorkflowExtendedInfo = new WorkflowExecutionExtendedInfo
            {
                ExecutionExpirationTime = Time(run.ExecutionExpiresAt),
                RunExpirationTime = Time(run.RunExpiresAt),
                CancelRequested = run.CancelRequested,
                OriginalStartTime = Time(run.StartTime),
            },
        };
        if (run.IsClosed)
            return described;

        described.PendingActivities.AddRange(run.PendingActivities.Values.OrderBy(activity => activity.ScheduledEventId).Select(Pending));
        described.PendingChildren.AddRange(run.PendingChildren.Values.OrderBy(child => child.InitiatedEventId).Select(child => new PendingChildExecutionInfo
        {
            WorkflowId = child.Attributes.WorkflowId,
            RunId = child.RunId,
            WorkflowTypeName = child.Attributes.WorkflowType.Name,
            InitiatedId = child.InitiatedEventId,
            ParentClosePolicy = child.Attributes.ParentClosePolicy,
        }));
        if (run.WorkflowTask is { } task)
        {
            described.PendingWorkflowTask = new PendingWorkflowTaskInfo
            {
                State = task.IsStarted ? PendingWorkflowTaskState.Started : PendingWorkflowTaskState.Scheduled,
                ScheduledTime = Time(task.ScheduledTime),
                OriginalScheduledTime = Time(task.OriginalScheduledTime),
                StartedTime = task.IsStarted ? Time(task.StartedTime) : null,
                Attempt = task.Attempt,
            };
        }

        return described;
    }

    private static WorkflowExecutionInfo Info(MutableState run)
    {
        var execution = new WorkflowExecution { WorkflowId = run.Key.WorkflowId, RunId = run.Key.RunId };
        return new WorkflowExecutionInfo
        {
            Execution = execution,
            Type = run.Started.WorkflowType,
            StartTime = Time(run.StartTime),
            ExecutionTime = Time(run.ExecutionTime),
            CloseTime = Time(run.CloseTime),
            Status = run.Status,
            HistoryLength = run.NextEventId - 1,
            HistorySizeBytes = run.HistorySizeBytes,
            ExecutionDuration = run.CloseTime is { } closed ? Duration.FromTimeSpan(closed - run.ExecutionTime) : null,
            StateTransitionCount = run.StateTransitionCount,
            Memo = new Memo { Fields = { run.Memo } },
            SearchAttributes = new SearchAttributes { IndexedFields = { run.SearchAttributes } },
            AutoResetPoints = new ResetPoints(),
            TaskQueue = run.TaskQueue,
            ParentNamespaceId = run.HasParent ? run.Started.ParentWorkflowNamespaceId : "",
            ParentExecution = run.HasParent ? run.Started.ParentWorkflowExecution : null,
            RootExecution = run.Started.RootWorkflowExecution ?? execution,
            FirstRunId = run.FirstExecutionRunId,
            Priority = run.Started.Priority,
        };
    }

    private static PendingActivityInfo Pending(PendingActivity activity)
    {
        var scheduled = activity.Attributes;
        var waitsForRetry = !activity.IsStarted && activity.Attempt > 1;
        return new PendingActivityInfo
        {
            ActivityId = activity.ActivityId,
            ActivityType = scheduled.ActivityType,
            State = activity.CancelRequested ? PendingActivityState.CancelRequested
                : activity.IsStarted ? PendingActivityState.Started
                : PendingActivityState.Scheduled,
            HeartbeatDetails = activity.HeartbeatDetails,
            LastHeartbeatTime = Time(activity.LastHeartbeatTime),
            LastStartedTime = Time(activity.StartedTime),
            Attempt = activity.Attempt,
            MaximumAttempts = scheduled.RetryPolicy?.MaximumAttempts ?? 0,
            ScheduledTime = Time(activity.ScheduledTime),
            ExpirationTime = scheduled.ScheduleToCloseTimeout is { } timeout && timeout.ToTimeSpan() is var wait && wait > TimeSpan.Zero
                ? Time(activity.FirstScheduledTime + wait)
                : null,
            LastFailure = activity.LastFailure,
            LastWorkerIdentity = activity.IsStarted ? activity.Identity : activity.LastWorkerIdentity,
            NextAttemptScheduleTime = waitsForRetry ? Time(activity.ScheduledTime) : null,
            Priority = scheduled.Priority,
            ActivityOptions = new Temporalio.Api.Activity.V1.ActivityOptions
            {
                TaskQueue = scheduled.TaskQueue,
                ScheduleToCloseTimeout = scheduled.ScheduleToCloseTimeout,
                ScheduleToStartTimeout = scheduled.ScheduleToStartTimeout,
                StartToCloseTimeout = scheduled.StartToCloseTimeout,
                HeartbeatTimeout = scheduled.HeartbeatTimeout,
                RetryPolicy = scheduled.RetryPolicy,
                Priority = scheduled.Priority,
            },
        };
    }

    private static Timestamp? Time(DateTime? time) => time is { } known ? Timestamp.FromDateTime(known) : null;
}
