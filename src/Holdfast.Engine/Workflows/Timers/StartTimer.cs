using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Timers;

/// <summary>
/// The <c>StartTimer</c> command: the workflow asks to be woken once, at or after a due time, whatever happens to the server in between.
/// </summary>
/// <remarks>
/// A timer id is the workflow author's name for a timer. It is unique only among the timers still pending and may be used again once the
/// earlier one fired or was cancelled, which is why the duplicate check asks the state and never the history.
/// </remarks>
internal static class StartTimer
{
    public static CommandRejection? Decide(StartTimerCommandAttributes command, Command envelope, Turn turn)
    {
        if (command.TimerId.Length == 0)
            return Invalid("TimerId is not set on StartTimerCommand.");
        if (command.StartToFireTimeout is not { } delay || Durations.IsInvalid(delay) || delay.ToTimeSpan() <= TimeSpan.Zero)
            return Invalid($"An invalid StartToFireTimeout is set on StartTimerCommand. TimerId={command.TimerId}: it must be longer than zero.");
        if (turn.State.PendingTimers.ContainsKey(command.TimerId))
            return new CommandRejection(WorkflowTaskFailedCause.StartTimerDuplicateId, $"Timer '{command.TimerId}' is already pending.");

        turn.Append(HistoryEvents.TimerStarted(command, envelope, turn.CompletedEventId));
        return null;

        static CommandRejection Invalid(string problem) => new(WorkflowTaskFailedCause.BadStartTimerAttributes, problem);
    }

    /// <summary>Folds <c>TimerStarted</c> in. The due time counts from the event's own time, so that every replay owes the same instant.</summary>
    public static MutableState Apply(MutableState state, HistoryEvent started)
    {
        var attributes = started.TimerStartedEventAttributes;
        Invariant.Holds(!state.PendingTimers.ContainsKey(attributes.TimerId));
        var due = Durations.Add(started.EventTime.ToDateTime(), attributes.StartToFireTimeout.ToTimeSpan());
        return state with
        {
            PendingTimers = state.PendingTimers.Add(attributes.TimerId, new PendingTimer(attributes.TimerId, started.EventId, due)),
        };
    }
}
