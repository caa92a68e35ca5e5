using Temporalio.Common;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>How <see cref="CallActivity"/> is to call its activity; what is not set is as in <see cref="ActivityOptions"/>.</summary>
public sealed record ActivityCall
{
    public string? TaskQueue { get; init; }

    public string? ActivityId { get; init; }

    public TimeSpan? ScheduleToClose { get; init; }

    public TimeSpan? ScheduleToStart { get; init; }

    public TimeSpan? StartToClose { get; init; }

    public TimeSpan? Heartbeat { get; init; }

    public RetryPolicy? Retry { get; init; }

    public ActivityCancellationType Cancellation { get; init; } = ActivityCancellationType.TryCancel;

    public ActivityOptions Options(CancellationToken cancellation) => new()
    {
        TaskQueue = TaskQueue,
        ActivityId = ActivityId,
        ScheduleToCloseTimeout = ScheduleToClose,
        ScheduleToStartTimeout = ScheduleToStart,
        StartToCloseTimeout = StartToClose ?? (ScheduleToClose is null ? TimeSpan.FromMinutes(1) : null),
        HeartbeatTimeout = Heartbeat,
        RetryPolicy = Retry,
        CancellationType = Cancellation,
        CancellationToken = cancellation,
    };
}
