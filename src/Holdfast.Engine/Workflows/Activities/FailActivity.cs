using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>A worker reports a failed attempt: another one follows where policy, time and the failure itself allow it, else the activity has failed.</summary>
public sealed record FailActivity(ActivityLookup Activity, Failure? Failure, Payloads? LastHeartbeatDetails, string Identity) : IWorkflowRequest<bool>
{
    public WorkflowTarget Target => Activity.Target;

    public Decision<bool> Decide(MutableState? run, DecisionContext context)
    {
        var found = Activity.Find(run);
        if (found.Refusal is { } refusal)
            return refusal;
        if (!found.Reply.IsStarted)
            return Refusal.NotFound("invalid activityID or activity already timed out or invoking workflow is completed");

        var turn = new Turn(run!, context);
        if (LastHeartbeatDetails is { Payloads_.Count: > 0 })
            RecordActivityHeartbeat.Record(turn, found.Reply, LastHeartbeatDetails);
        var failure = Sizes.Problem(Failure, context.Limits) is { } tooLarge
            ? Failures.Server($"Failure exceeds size limit: {tooLarge}", nonRetryable: false)
            : Failure ?? Failures.Server("The worker reported a failure without saying which.", nonRetryable: false);
        Record(turn, turn.State.PendingActivities[found.Reply.ScheduledEventId], failure, Identity);
        return turn.Reply(true);
    }

    internal static void Record(Turn turn, PendingActivity activity, Failure failure, string identity)
    {
        var verdict = RetryActivity.Judge(activity, failure, turn.Context.Now);
        if (verdict.NextAttemptAt is { } at)
            RetryActivity.Record(turn, activity, failure, at);
        else
            CloseActivity.Record(turn, activity, started => HistoryEvents.ActivityTaskFailed(activity, started, failure, verdict.State, identity));
    }
}
