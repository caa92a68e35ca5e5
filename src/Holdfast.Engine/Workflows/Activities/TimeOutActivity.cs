using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>
/// An activity's four timeouts: schedule-to-start counts for each attempt from when that attempt was due, start-to-close and heartbeat from
/// its start, schedule-to-close from the first scheduling over all attempts.
/// </summary>
internal static class TimeOutActivity
{
    /// <summary>The timeout that strikes first as things stand, or null.</summary>
    public static (DateTime At, TimeoutType Type)? Next(PendingActivity activity)
    {
        var timeouts = ActivityTimeouts.Of(activity);
        (DateTime At, TimeoutType Type)? first = null;
        if (activity.StartedTime is { } startedTime)
        {
            Consider(timeouts.StartToClose, startedTime, TimeoutType.StartToClose);
            Consider(timeouts.Heartbeat, activity.LastHeartbeatTime is { } last && last > startedTime ? last : startedTime, TimeoutType.Heartbeat);
        }
        else
        {
            Consider(timeouts.ScheduleToStart, activity.ScheduledTime, TimeoutType.ScheduleToStart);
        }

        Consider(timeouts.ScheduleToClose, activity.FirstScheduledTime, TimeoutType.ScheduleToClose);
        return first;

        void Consider(TimeSpan timeout, DateTime from, TimeoutType type)
        {
            if (timeout <= TimeSpan.Zero)
                return;
            var at = Durations.Add(from, timeout);
            if (first is null || at < first.Value.At)
                first = (at, type);
        }
    }

    public static void AllDue(Turn turn)
    {
        var due = turn.State.PendingActivities.Values
            .Select(activity => (Activity: activity, Timeout: Next(activity)))
            .Where(candidate => candidate.Timeout is { } timeout && timeout.At <= turn.Context.Now)
            .OrderBy(candidate => candidate.Timeout!.Value.At)
            .ThenBy(candidate => candidate.Activity.ScheduledEventId)
            .ToList();
        foreach (var (activity, timeout) in due)
            Record(turn, activity, timeout!.Value.Type);
    }

    private static void Record(Turn turn, PendingActivity activity, TimeoutType type)
    {
        var failure = Failures.Timeout(type, $"activity {type} timeout", activity.HeartbeatDetails);
        var verdict = RetryActivity.Judge(activity, failure, turn.Context.Now);
        if (verdict.NextAttemptAt is { } at)
        {
            RetryActivity.Record(turn, activity, failure, at);
            return;
        }

        // No time for another attempt: what the workflow hears is that the activity as a whole ran out of time, and why its last attempt did.
        if (verdict.State == RetryState.Timeout && (type is TimeoutType.StartToClose or TimeoutType.Heartbeat))
        {
            failure = Failures.Timeout(
                TimeoutType.ScheduleToClose,
                "Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up retrying",
                activity.HeartbeatDetails,
                failure);
        }
        else if (activity.LastFailure is not null)
        {
            failure.Cause = activity.LastFailure;
        }

        CloseActivity.Record(turn, activity, started => HistoryEvents.ActivityTaskTimedOut(activity, started, failure, verdict.State));
    }
}
