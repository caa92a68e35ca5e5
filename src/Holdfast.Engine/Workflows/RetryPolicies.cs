using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Holdfast.Engine.Workflows;

/// <summary>The arithmetic of retry policies, shared by activities and workflows.</summary>
public static class RetryPolicies
{
    private const double DefaultCoefficient = 2;
    private const int DefaultMaximumIntervals = 100;

    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(100 * 365);
    private static readonly TimeSpan DefaultInitialInterval = TimeSpan.FromSeconds(1);

    /// <summary>The policy with every field filled in: workers read them all.</summary>
    public static RetryPolicy Filled(RetryPolicy? given)
    {
        var policy = given?.Clone() ?? new RetryPolicy();
        if (Durations.OrZero(policy.InitialInterval) == TimeSpan.Zero)
            policy.InitialInterval = Duration.FromTimeSpan(DefaultInitialInterval);
        if (policy.BackoffCoefficient == 0)
            policy.BackoffCoefficient = DefaultCoefficient;
        if (Durations.OrZero(policy.MaximumInterval) == TimeSpan.Zero)
        {
            // An absurd initial interval is the worker's own affair; a hundred times it must still be a duration.
            var initial = policy.InitialInterval.ToTimeSpan();
            policy.MaximumInterval = Duration.FromTimeSpan(initial < LongestInterval / DefaultMaximumIntervals ? DefaultMaximumIntervals * initial : LongestInterval);
        }

        return policy;
    }

    /// <summary>What is wrong with a policy as given, or null.</summary>
    public static string? Problem(RetryPolicy? policy)
    {
        if (policy is null || policy.MaximumAttempts == 1)
            return null;
        if (Durations.IsInvalid(policy.InitialInterval))
            return "InitialInterval cannot be negative on retry policy.";
        if (policy.BackoffCoefficient < 1 && policy.BackoffCoefficient != 0)
            return "BackoffCoefficient cannot be less than 1 on retry policy.";
        if (Durations.IsInvalid(policy.MaximumInterval))
            return "MaximumInterval cannot be negative on retry policy.";
        if (policy.MaximumInterval is not null && Durations.OrZero(policy.MaximumInterval) > TimeSpan.Zero
            && Durations.OrZero(policy.MaximumInterval) < Durations.OrZero(policy.InitialInterval))
            return "MaximumInterval cannot be less than InitialInterval on retry policy.";
        return policy.MaximumAttempts < 0 ? "MaximumAttempts cannot be negative on retry policy." : null;
    }

    /// <summary>initial * coefficient^(attempt-1), at most the maximum interval.</summary>
    public static TimeSpan Interval(RetryPolicy filled, int attempt)
    {
        var maximum = filled.MaximumInterval.ToTimeSpan();
        var seconds = filled.InitialInterval.ToTimeSpan().TotalSeconds * Math.Pow(filled.BackoffCoefficient, attempt - 1);
        return seconds < maximum.TotalSeconds ? TimeSpan.FromSeconds(seconds) : maximum;
    }

    /// <summary>Whether the failure itself forbids another attempt.</summary>
    public static bool IsRetryable(Failure failure, RetryPolicy policy) => failure.FailureInfoCase switch
    {
        Failure.FailureInfoOneofCase.TerminatedFailureInfo or Failure.FailureInfoOneofCase.CanceledFailureInfo => false,
        Failure.FailureInfoOneofCase.TimeoutFailureInfo => failure.TimeoutFailureInfo.TimeoutType switch
        {
            TimeoutType.StartToClose => !policy.NonRetryableErrorTypes.Contains("TemporalTimeout:StartToClose"),
            TimeoutType.Heartbeat => !policy.NonRetryableErrorTypes.Contains("TemporalTimeout:Heartbeat"),
            _ => false,
        },
        Failure.FailureInfoOneofCase.ServerFailureInfo => !failure.ServerFailureInfo.NonRetryable,
        Failure.FailureInfoOneofCase.ApplicationFailureInfo =>
            !failure.ApplicationFailureInfo.NonRetryable && !policy.NonRetryableErrorTypes.Contains(failure.ApplicationFailureInfo.Type),
        _ => true,
    };

    /// <summary>The delay that the failing code itself asks for, or null.</summary>
    public static TimeSpan? AskedDelay(Failure failure) =>
        failure.ApplicationFailureInfo?.NextRetryDelay is { } delay && !Durations.IsInvalid(delay) ? Durations.OrZero(delay) : null;
}
