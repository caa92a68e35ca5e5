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
    /// <param name="tries">How often the call was tried: the activity's attempts without those that only waited for capacity.</param>
    public static TimeSpan? After(ModelException exception, ActivityInfo info, int tries)
    {
        // A crowded provider gets more time than one that failed.
        var asked = exception.RetryAfter ?? (exception.Kind == ModelFailureKind.Overloaded ? OverloadedInterval : null);
        var own = Interval(info, tries);
        if (!exception.Retryable || asked is not { } wait)
            // The server would take the attempts that waited for tries.
            return exception.RetryAfter ?? (exception.Retryable && tries < info.Attempt ? own : null);

        var longer = wait > own ? wait : own;
        return longer + longer * Spread(info);
    }

    private static TimeSpan Interval(ActivityInfo info, int tries)
    {
        if (info.RetryPolicy is not { } policy)
            return TimeSpan.Zero;

        var limit = policy.MaximumInterval ?? policy.InitialInterval * 100;
        var factor = Math.Pow(policy.BackoffCoefficient, tries - 1);
        return factor > limit / policy.InitialInterval ? limit : policy.InitialInterval * factor;
    }

    // Between 0 and 0.2, from what differs between calls and attempts: nothing here needs to be unpredictable.
    private static double Spread(ActivityInfo info) =>
        (uint)HashCode.Combine(info.WorkflowRunId, info.ActivityId, info.Attempt) / (double)uint.MaxValue / 5;
}
