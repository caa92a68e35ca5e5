using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Journal;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>
/// Another attempt after a failed one. The delay that the failing code asks for replaces the policy's, its cap included; attempts and the
/// schedule-to-close deadline are kept to in any case.
/// </summary>
internal static class RetryActivity
{
    public static RetryVerdict Judge(PendingActivity activity, Failure failure, DateTime now)
    {
        var policy = activity.Attributes.RetryPolicy;
        if (activity.CancelRequested)
            return new RetryVerdict(null, RetryState.CancelRequested);
        if (!RetryPolicies.IsRetryable(failure, policy))
            return new RetryVerdict(null, IsTerminalTimeout(failure) ? RetryState.Timeout : RetryState.NonRetryableFailure);
        if (policy.MaximumAttempts > 0 && activity.Attempt >= policy.MaximumAttempts)
            return new RetryVerdict(null, RetryState.MaximumAttemptsReached);

        var delay = RetryPolicies.AskedDelay(failure) ?? RetryPolicies.Interval(policy, activity.Attempt);
        var next = Durations.Add(now, delay);
        return ActivityTimeouts.Of(activity).ExpiresAt(activity) is { } expiresAt && next > expiresAt
            ? new RetryVerdict(null, RetryState.Timeout)
            : new RetryVerdict(next, RetryState.InProgress);
    }

    public static void Record(Turn turn, PendingActivity activity, Failure failure, DateTime nextAttemptAt) => turn.Record(new StoredRecord
    {
        ActivityRetryScheduled = new ActivityRetryScheduled
        {
            ScheduledEventId = activity.ScheduledEventId,
            Attempt = activity.Attempt + 1,
            ScheduledTime = Timestamp.FromDateTime(nextAttemptAt),
            Failure = Failures.Truncated(failure).ToByteString(),
            LastWorkerIdentity = activity.Identity,
        },
    });

    public static MutableState Apply(MutableState state, ActivityRetryScheduled retry)
    {
        var activity = state.PendingActivities[retry.ScheduledEventId];
        Invariant.Holds(retry.Attempt == activity.Attempt + 1);
        return state with
        {
            PendingActivities = state.PendingActivities.SetItem(retry.ScheduledEventId, activity with
            {
                Attempt = retry.Attempt,
                ScheduledTime = retry.ScheduledTime.ToDateTime(),
                StartedTime = null,
                RequestId = "",
                Identity = "",
                LastHeartbeatTime = null,
                LastFailure = Failure.Parser.ParseFrom(retry.Failure),
                LastWorkerIdentity = retry.LastWorkerIdentity,
            }),
        };
    }

    private static bool IsTerminalTimeout(Failure failure) =>
        failure.TimeoutFailureInfo is { TimeoutType: TimeoutType.ScheduleToStart or TimeoutType.ScheduleToClose };
}
