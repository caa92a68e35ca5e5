using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Timers;

/// <summary>
/// The <c>CancelTimer</c> command. A timer that fired while the worker was deciding has its event still in the buffer: that event is taken
/// back, since the worker decided that it does not want it.
/// </summary>
internal static class CancelTimer
{
    public static CommandRejection? Decide(CancelTimerCommandAttributes command, Turn turn)
    {
        if (command.TimerId.Length == 0)
            return new CommandRejection(WorkflowTaskFailedCause.BadCancelTimerAttributes, "TimerId is not set on CancelTimerCommand.");

        long startedEventId;
        if (turn.State.PendingTimers.TryGetValue(command.TimerId, out var timer))
        {
            startedEventId = timer.StartedEventId;
        }
        else if (turn.State.BufferedEvents.Find(e => Fired(e, command.TimerId)) is { } fired)
        {
            startedEventId = fired.TimerFiredEventAttributes.StartedEventId;
            turn.Record(new StoredRecord { BufferedTimerDropped = new BufferedTimerDropped { TimerId = command.TimerId } });
        }
        else
        {
            return new CommandRejection(WorkflowTaskFailedCause.BadCancelTimerAttributes, $"There is no pending timer '{command.TimerId}' to cancel.");
        }

        turn.Append(HistoryEvents.TimerCanceled(command.TimerId, startedEventId, turn.CompletedEventId));
        return null;
    }

    public static MutableState Apply(MutableState state, HistoryEvent canceled) => state with
    {
        PendingTimers = state.PendingTimers.Remove(canceled.TimerCanceledEventAttributes.TimerId),
    };

    public static MutableState ApplyDropped(MutableState state, BufferedTimerDropped dropped) => state with
    {
        BufferedEvents = state.BufferedEvents.RemoveAll(e => Fired(e, dropped.TimerId)),
    };

    private static bool Fired(HistoryEvent e, string timerId) =>
        e.EventType == EventType.TimerFired && e.TimerFiredEventAttributes.TimerId == timerId;
}
