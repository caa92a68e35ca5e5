using Holdfast.Engine.Workflows.Timers;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows;

internal static partial class HistoryEvents
{
    public static HistoryEvent TimerStarted(StartTimerCommandAttributes command, Command envelope, long completedEventId) => From(envelope, new HistoryEvent
    {
        EventType = EventType.TimerStarted,
        TimerStartedEventAttributes = new()
        {
            TimerId = command.TimerId,
            StartToFireTimeout = command.StartToFireTimeout,
            WorkflowTaskCompletedEventId = completedEventId,
        },
    });

    public static HistoryEvent TimerFired(PendingTimer timer) => new()
    {
        EventType = EventType.TimerFired,
        TimerFiredEventAttributes = new() { TimerId = timer.TimerId, StartedEventId = timer.StartedEventId },
    };

    public static HistoryEvent TimerCanceled(string timerId, long startedEventId, long completedEventId) => new()
    {
        EventType = EventType.TimerCanceled,
        TimerCanceledEventAttributes = new()
        {
            TimerId = timerId,
            StartedEventId = startedEventId,
            WorkflowTaskCompletedEventId = completedEventId,
        },
    };

    /// <summary>What the author said about a command goes with the event that it causes.</summary>
    private static HistoryEvent From(Command envelope, HistoryEvent caused)
    {
        caused.UserMetadata = envelope.UserMetadata;
        caused.EventGroupMarkers.AddRange(envelope.EventGroupMarkers);
        return caused;
    }
}
