using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Holdfast.AI.Approvals;

/// <summary>What approvals need from the world outside the workflow.</summary>
internal static class ApprovalActivities
{
    /// <summary>When so much working time has passed, for each of the amounts.</summary>
    [Activity("HoldfastWorkingTimes")]
    public static IReadOnlyList<DateTimeOffset> WorkingTimes(DateTimeOffset from, BusinessHours hours, IReadOnlyList<TimeSpan> amounts)
    {
        try
        {
            return [.. amounts.Select(amount => BusinessTime.After(from, hours, amount))];
        }
        catch (ArgumentException exception)
        {
            throw new ApplicationFailureException(exception.Message, exception, errorType: "ApprovalInvalidRequest", nonRetryable: true);
        }
    }
}
