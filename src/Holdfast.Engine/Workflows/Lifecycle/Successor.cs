using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>
/// The run that follows a closing one by itself: a retry, or else the next cron tick. It starts from the original start event: what was
/// upserted since is gone. Cancel and terminate have no successor, nor has a run whose execution has expired.
/// </summary>
internal static class Successor
{
    /// <summary>Whether the workflow's own retry policy gives it another run after this failure.</summary>
    public static (TimeSpan? Backoff, RetryState State) JudgeRetry(MutableState run, Failure failure, DateTime now)
    {
        if (run.Started.RetryPolicy is not { } policy)
            return (null, RetryState.RetryPolicyNotSet);
        if (!IsRetryable(failure, policy))
            return (null, RetryState.NonRetryableFailure);
        if (policy.MaximumAttempts > 0 && run.Started.Attempt >= policy.MaximumAttempts)
            return (null, RetryState.MaximumAttemptsReached);

        var delay = RetryPolicies.Interval(policy, run.Started.Attempt);
        // Unlike an activity's, the delay that a failing workflow asks for stays under the policy's cap.
        if (RetryPolicies.AskedDelay(failure) is { } asked)
            delay = asked < policy.MaximumInterval.ToTimeSpan() ? asked : policy.MaximumInterval.ToTimeSpan();
        return run.ExecutionExpiresAt is { } expiresAt && Durations.Add(now, delay) > expiresAt
            ? (null, RetryState.Timeout)
            : (delay, RetryState.InProgress);
    }

    /// <summary>How long until the next cron tick; null for a run without cron, or one that expires before it.</summary>
    public static TimeSpan? CronBackoff(MutableState run, DateTime now)
    {
        if (run.Started.CronSchedule.Length == 0)
            return null;
        var backoff = CronSchedule.Backoff(run.Started.CronSchedule, run.ExecutionTime, now);
        return backoff is null || (run.ExecutionExpiresAt is { } expiresAt && Durations.Add(now, backoff.Value) > expiresAt) ? null : backoff;
    }

    /// <summary>Creates the following run in this turn and returns its run id.</summary>
    public static string Create(Turn turn, ContinueAsNewInitiator initiator, TimeSpan backoff, Failure? failure, Payloads? lastResult)
    {
        var run = turn.State;
        var runId = turn.Context.NewId();
        var attributes = run.Started.Clone();
        attributes.ContinuedExecutionRunId = run.Key.RunId;
        attributes.OriginalExecutionRunId = "";
        attributes.Initiator = initiator;
        attributes.ContinuedFailure = failure;
        attributes.LastCompletionResult = lastResult ?? run.Started.LastCompletionResult;
        attributes.Attempt = initiator == ContinueAsNewInitiator.Retry ? run.Started.Attempt + 1 : 1;
        turn.NewRun = NewRun.Create(turn.Context, new NewRunOptions
        {
            Key = run.Key with { RunId = runId },
            RequestId = turn.Context.NewId(),
            Attributes = attributes,
            UserMetadata = run.StartedEvent.UserMetadata,
            FirstTaskBackoff = AtLeastTheMinimum(turn, backoff),
        });
        return runId;
    }

    /// <summary>A run that ended at once must not spin: the next one waits until a second has passed since its start.</summary>
    public static TimeSpan AtLeastTheMinimum(Turn turn, TimeSpan backoff)
    {
        var rest = turn.Context.Limits.MinimalRunInterval - (turn.Context.Now - turn.State.ExecutionTime);
        return rest > backoff ? rest : backoff;
    }

    // A run that timed out may be tried again, unlike an activity that waited too long.
    private static bool IsRetryable(Failure failure, RetryPolicy policy) =>
        failure.FailureInfoCase == Failure.FailureInfoOneofCase.TimeoutFailureInfo
            ? !policy.NonRetryableErrorTypes.Contains("TemporalTimeout:StartToClose")
            : RetryPolicies.IsRetryable(failure, policy);
}
