using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Workflows.Activities;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Holdfast.Engine.Workflows;

internal static partial class HistoryEvents
{
    public static HistoryEvent ActivityTaskScheduled(
        ScheduleActivityTaskCommandAttributes command, Command envelope, TaskQueue queue, ActivityTimeouts timeouts, Turn turn) => From(envelope, new HistoryEvent
        {
            EventType = EventType.ActivityTaskScheduled,
            ActivityTaskScheduledEventAttributes = new()
            {
                ActivityId = command.ActivityId,
                ActivityType = command.ActivityType,
                TaskQueue = queue,
                Header = command.Header,
                Input = command.Input,
                ScheduleToCloseTimeout = Duration.FromTimeSpan(timeouts.ScheduleToClose),
                ScheduleToStartTimeout = Duration.FromTimeSpan(timeouts.ScheduleToStart),
                StartToCloseTimeout = Duration.FromTimeSpan(timeouts.StartToClose),
                HeartbeatTimeout = Duration.FromTimeSpan(timeouts.Heartbeat),
                WorkflowTaskCompletedEventId = turn.CompletedEventId,
                RetryPolicy = RetryPolicies.Filled(command.RetryPolicy),
                UseWorkflowBuildId = command.UseWorkflowBuildId,
                Priority = Priorities.Inherited(command.Priority, turn.State.Started.Priority),
            },
        });

    /// <summary>Written when the activity closes, with the time of the attempt that closed it.</summary>
    public static HistoryEvent ActivityTaskStarted(PendingActivity activity) => new()
    {
        EventType = EventType.ActivityTaskStarted,
        EventTime = Timestamp.FromDateTime(activity.StartedTime!.Value),
        ActivityTaskStartedEventAttributes = new()
        {
            ScheduledEventId = activity.ScheduledEventId,
            Identity = activity.Identity,
            RequestId = activity.RequestId,
            Attempt = activity.Attempt,
            LastFailure = activity.LastFailure,
        },
    };

    public static HistoryEvent ActivityTaskCompleted(PendingActivity activity, long startedEventId, Payloads? result, string identity) => new()
    {
        EventType = EventType.ActivityTaskCompleted,
        ActivityTaskCompletedEventAttributes = new()
        {
            Result = result,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = startedEventId,
            Identity = identity,
        },
    };

    public static HistoryEvent ActivityTaskFailed(PendingActivity activity, long startedEventId, Failure failure, RetryState retryState, string identity) => new()
    {
        EventType = EventType.ActivityTaskFailed,
        ActivityTaskFailedEventAttributes = new()
        {
            Failure = failure,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = startedEventId,
            RetryState = retryState,
            Identity = identity,
        },
    };

    public static HistoryEvent ActivityTaskTimedOut(PendingActivity activity, long startedEventId, Failure failure, RetryState retryState) => new()
    {
        EventType = EventType.ActivityTaskTimedOut,
        ActivityTaskTimedOutEventAttributes = new()
        {
            Failure = failure,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = startedEventId,
            RetryState = retryState,
        },
    };

    public static HistoryEvent ActivityTaskCancelRequested(long scheduledEventId, long completedEventId) => new()
    {
        EventType = EventType.ActivityTaskCancelRequested,
        ActivityTaskCancelRequestedEventAttributes = new()
        {
            ScheduledEventId = scheduledEventId,
            WorkflowTaskCompletedEventId = completedEventId,
        },
    };

    public static HistoryEvent ActivityTaskCanceled(
        PendingActivity activity, long cancelRequestedEventId, long startedEventId, Payloads? details, string identity) => new()
        {
            EventType = EventType.ActivityTaskCanceled,
            ActivityTaskCanceledEventAttributes = new()
            {
                Details = details,
                LatestCancelRequestedEventId = cancelRequestedEventId,
                ScheduledEventId = activity.ScheduledEventId,
                StartedEventId = startedEventId,
                Identity = identity,
            },
        };
}
