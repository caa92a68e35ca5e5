using Holdfast.AI.Models;
using Temporalio.Activities;

namespace Holdfast.AI.Chat;

/// <summary>When a model call that failed is tried again.</summary>
internal static class RetryDelay
{
    private static readonly TimeSpan OverloadedInterval = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Not before the provider asked, not before the retry policy's own interval, and up to a fifth later, so that calls which were
    /// turned away together do not come back together. Null: the retry policy alone decides.
    /// </summary>
    public static TimeSpan? After(ModelException exception, ActivityInfo info)
    {
        // A crowded provider gets more time than one that failed.
        var asked = exception.RetryAfter ?? (exception.Kind == ModelFailureKind.Overloaded ? OverloadedInterval : null);
        if (!exception.Retryable || asked is not { } wait)
            return exception.RetryAfter;

        var own = Interval(info);
        var longer = wait > own ? wait : own;
        return longer + longer * Spread(info);
    }

    private static TimeSpan Interval(ActivityInfo info)
    {
        if (info.RetryPolicy is not { } policy)
            return TimeSpan.Zero;

        var limit = policy.MaximumInterval ?? policy.InitialInterval * 100;
        var factor = Math.Pow(policy.BackoffCoefficient, info.Attempt - 1);
        return factor > limit / policy.InitialInterval ? limit : policy.InitialInterval * factor;
    }

    // Between 0 and 0.2, from what differs between calls and attempts: nothing here needs to be unpredictable.
    private static double Spread(ActivityInfo info) =>
        (uint)HashCode.Combine(info.WorkflowRunId, info.ActivityId, info.Attempt) / (double)uint.MaxValue / 5;
}
