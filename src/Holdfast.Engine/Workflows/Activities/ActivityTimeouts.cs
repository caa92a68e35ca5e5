using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>
/// The four timeouts of an activity, made complete: each missing one follows from the others and from the run's own timeout, because workers
/// and later decisions read all four. Zero means none.
/// </summary>
internal readonly record struct ActivityTimeouts(TimeSpan ScheduleToClose, TimeSpan ScheduleToStart, TimeSpan StartToClose, TimeSpan Heartbeat)
{
    /// <summary>The complete timeouts, or what is wrong with those that were given.</summary>
    public static (ActivityTimeouts Timeouts, string? Problem) From(ScheduleActivityTaskCommandAttributes command, TimeSpan runTimeout)
    {
        foreach (var (name, given) in new[]
        {
            ("ScheduleToCloseTimeout", command.ScheduleToCloseTimeout), ("ScheduleToStartTimeout", command.ScheduleToStartTimeout),
            ("StartToCloseTimeout", command.StartToCloseTimeout), ("HeartbeatTimeout", command.HeartbeatTimeout),
        })
        {
            if (Durations.IsInvalid(given))
                return (default, $"Invalid {name}: it is negative or malformed.");
        }

        var scheduleToClose = Durations.OrZero(command.ScheduleToCloseTimeout);
        var scheduleToStart = Durations.OrZero(command.ScheduleToStartTimeout);
        var startToClose = Durations.OrZero(command.StartToCloseTimeout);
        var heartbeat = Durations.OrZero(command.HeartbeatTimeout);

        if (scheduleToClose > TimeSpan.Zero)
        {
            scheduleToStart = Capped(scheduleToStart, scheduleToClose);
            startToClose = Capped(startToClose, scheduleToClose);
        }
        else if (startToClose > TimeSpan.Zero)
        {
            scheduleToClose = runTimeout;
            if (scheduleToStart == TimeSpan.Zero)
                scheduleToStart = runTimeout;
        }
        else
        {
            return (default, "A valid StartToClose or ScheduleToCloseTimeout is not set on ScheduleActivityTaskCommand.");
        }

        if (runTimeout > TimeSpan.Zero)
        {
            scheduleToClose = Capped(scheduleToClose, runTimeout);
            scheduleToStart = Capped(scheduleToStart, runTimeout);
            startToClose = Capped(startToClose, runTimeout);
        }

        if (heartbeat > startToClose)
            heartbeat = startToClose;
        return (new ActivityTimeouts(scheduleToClose, scheduleToStart, startToClose, heartbeat), null);
    }

    public static ActivityTimeouts Of(PendingActivity activity) => new(
        Durations.OrZero(activity.Attributes.ScheduleToCloseTimeout),
        Durations.OrZero(activity.Attributes.ScheduleToStartTimeout),
        Durations.OrZero(activity.Attributes.StartToCloseTimeout),
        Durations.OrZero(activity.Attributes.HeartbeatTimeout));

    /// <summary>When the last attempt must have ended; null for never.</summary>
    public DateTime? ExpiresAt(PendingActivity activity) =>
        ScheduleToClose > TimeSpan.Zero ? Durations.Add(activity.FirstScheduledTime, ScheduleToClose) : null;

    public static Duration ToDuration(TimeSpan timeout) => Duration.FromTimeSpan(timeout);

    private static TimeSpan Capped(TimeSpan timeout, TimeSpan cap) => timeout == TimeSpan.Zero || timeout > cap ? cap : timeout;
}
