using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Journal;
using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>
/// A poller took an attempt of an activity. Unlike a workflow task's, this start must be durable before the worker hears of it: an activity
/// with one attempt must not run twice because the server crashed.
/// </summary>
/// <remarks>The history shows an activity's start only when it closes, since retries do not belong there.</remarks>
public sealed record StartActivityTask(
    WorkflowTarget Target,
    long ScheduledEventId,
    int Attempt,
    PollActivityTaskQueueRequest Poll,
    string RequestId) : IWorkflowRequest<PollActivityTaskQueueResponse>
{
    public Decision<PollActivityTaskQueueResponse> Decide(MutableState? run, DecisionContext context)
    {
        if (run is not { IsClosed: false }
            || !run.PendingActivities.TryGetValue(ScheduledEventId, out var activity)
            || activity.IsStarted
            || activity.Attempt != Attempt)
            return Refusal.NotFound("Activity task not found.");

        var turn = new Turn(run, context);
        return turn.Reply(Start(turn, ScheduledEventId, RequestId, Poll.Identity));
    }

    internal static PollActivityTaskQueueResponse Start(Turn turn, long scheduledEventId, string requestId, string identity)
    {
        turn.Record(new StoredRecord
        {
            ActivityAttemptStarted = new ActivityAttemptStarted
            {
                ScheduledEventId = scheduledEventId,
                Attempt = turn.State.PendingActivities[scheduledEventId].Attempt,
                StartedTime = turn.Context.NowTimestamp,
                RequestId = requestId,
                Identity = identity,
            },
        });
        return ToPollResponse(turn.State, turn.State.PendingActivities[scheduledEventId], turn.Context.Namespace.Name);
    }

    internal static MutableState Apply(MutableState state, ActivityAttemptStarted started)
    {
        var activity = state.PendingActivities[started.ScheduledEventId];
        Invariant.Holds(!activity.IsStarted && activity.Attempt == started.Attempt);
        return state with
        {
            PendingActivities = state.PendingActivities.SetItem(started.ScheduledEventId, activity with
            {
                StartedTime = started.StartedTime.ToDateTime(),
                RequestId = started.RequestId,
                Identity = started.Identity,
                LastHeartbeatTime = null,
            }),
        };
    }

    // Every duration and the retry policy are always there: the TypeScript worker throws on an absent one.
    internal static PollActivityTaskQueueResponse ToPollResponse(MutableState state, PendingActivity activity, string namespaceName)
    {
        var scheduled = activity.Attributes;
        var token = new TaskToken(
            state.Key.NamespaceId, state.Key.WorkflowId, state.Key.RunId, activity.ScheduledEventId, 0, activity.Attempt, activity.ActivityId);
        return new PollActivityTaskQueueResponse
        {
            TaskToken = ByteString.CopyFrom(TaskToken.Encode(token)),
            WorkflowNamespace = namespaceName,
            WorkflowType = new WorkflowType { Name = state.WorkflowType },
            WorkflowExecution = new WorkflowExecution { WorkflowId = state.Key.WorkflowId, RunId = state.Key.RunId },
            ActivityType = scheduled.ActivityType,
            ActivityId = activity.ActivityId,
            Header = scheduled.Header,
            Input = scheduled.Input,
            HeartbeatDetails = activity.HeartbeatDetails,
            ScheduledTime = Timestamp.FromDateTime(activity.FirstScheduledTime),
            CurrentAttemptScheduledTime = Timestamp.FromDateTime(activity.ScheduledTime),
            StartedTime = Timestamp.FromDateTime(activity.StartedTime!.Value),
            Attempt = activity.Attempt,
            ScheduleToCloseTimeout = scheduled.ScheduleToCloseTimeout,
            StartToCloseTimeout = scheduled.StartToCloseTimeout,
            HeartbeatTimeout = scheduled.HeartbeatTimeout,
            RetryPolicy = scheduled.RetryPolicy,
            Priority = scheduled.Priority,
        };
    }
}
