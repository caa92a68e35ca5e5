using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>An activity between its scheduling and its closing event, over all of its attempts.</summary>
public sealed record PendingActivity
{
    /// <summary>The <c>ActivityTaskScheduled</c> event; type, input, timeouts and retry policy are read from it.</summary>
    public required HistoryEvent ScheduledEvent { get; init; }

    public ActivityTaskScheduledEventAttributes Attributes => ScheduledEvent.ActivityTaskScheduledEventAttributes;

    public long ScheduledEventId => ScheduledEvent.EventId;

    public string ActivityId => Attributes.ActivityId;

    public required DateTime FirstScheduledTime { get; init; }

    /// <summary>When the current attempt may be handed out: in the future while it backs off.</summary>
    public required DateTime ScheduledTime { get; init; }

    public int Attempt { get; init; } = 1;

    /// <summary>When the current attempt was handed to a worker; null while it waits.</summary>
    public DateTime? StartedTime { get; init; }

    public string RequestId { get; init; } = "";

    public string Identity { get; init; } = "";

    public Failure? LastFailure { get; init; }

    public string LastWorkerIdentity { get; init; } = "";

    public Payloads? HeartbeatDetails { get; init; }

    public DateTime? LastHeartbeatTime { get; init; }

    /// <summary>Event id of the cancel request; 0 for none.</summary>
    public long CancelRequestedEventId { get; init; }

    public bool IsStarted => StartedTime is not null;

    public bool CancelRequested => CancelRequestedEventId != 0;
}
