using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Journal;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>Owes the run a workflow task, unless one is pending already or the run is not to have one yet.</summary>
internal static class ScheduleWorkflowTask
{
    /// <summary>From the fourth attempt on the start-to-close timeout grows, because it doubles as the back-off between attempts.</summary>
    private const int LastAttemptAtPlainTimeout = 3;

    private static readonly TimeSpan BackoffUnit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromMinutes(10);

    /// <summary>For something that happened to the run.</summary>
    public static void IfNone(Turn turn)
    {
        if (turn.State is { IsClosed: false, WorkflowTask: null, AwaitsFirstWorkflowTask: false })
            Now(turn, turn.Context.Now);
    }

    /// <summary>For updates alone: leaves no event unless something comes of it.</summary>
    public static void SpeculativeIfNone(Turn turn)
    {
        if (turn.State is not { IsClosed: false, WorkflowTask: null, AwaitsFirstWorkflowTask: false })
            return;
        // A failing workflow gets its next attempt as any other task: the speculative kind would hide the attempt count.
        if (turn.State.WorkflowTaskAttempt > 1)
            Now(turn, turn.Context.Now);
        else
            turn.Record(Eventless(turn, turn.Context.Now, speculative: true));
    }

    /// <summary>After a failed task, when events came in meanwhile: the count of attempts begins again.</summary>
    public static void FirstAttempt(Turn turn)
    {
        if (turn.State is { IsClosed: false, WorkflowTask: null, AwaitsFirstWorkflowTask: false })
            turn.AppendAsIs(HistoryEvents.WorkflowTaskScheduled(turn.State, StartToClose(turn.State, attempt: 1), attempt: 1));
    }

    /// <summary>Schedules now. Buffered events must be flushed before.</summary>
    public static void Now(Turn turn, DateTime originalScheduledTime)
    {
        if (turn.State.WorkflowTaskAttempt > 1)
        {
            turn.Record(Eventless(turn, originalScheduledTime, speculative: false));
            return;
        }

        turn.AppendAsIs(HistoryEvents.WorkflowTaskScheduled(turn.State, StartToClose(turn.State, attempt: 1), attempt: 1));
    }

    public static TimeSpan StartToClose(MutableState state, int attempt)
    {
        var timeout = state.Started.WorkflowTaskTimeout.ToTimeSpan();
        if (attempt <= LastAttemptAtPlainTimeout)
            return timeout;
        var doublings = Math.Min(attempt - LastAttemptAtPlainTimeout - 1, 20);
        var backoff = BackoffUnit * Math.Pow(2, doublings);
        return timeout + (backoff < MaxBackoff ? backoff : MaxBackoff);
    }

    public static MutableState Apply(MutableState state, HistoryEvent scheduled)
    {
        var attributes = scheduled.WorkflowTaskScheduledEventAttributes;
        var earlier = state.WorkflowTask;
        Invariant.Holds(earlier is null or { IsEventless: true });
        return state with
        {
            AwaitsFirstWorkflowTask = false,
            WorkflowTaskAttempt = attributes.Attempt,
            WorkflowTask = new PendingWorkflowTask
            {
                Kind = WorkflowTaskKind.Normal,
                ScheduledEventId = scheduled.EventId,
                Attempt = attributes.Attempt,
                ScheduledTime = scheduled.EventTime.ToDateTime(),
                OriginalScheduledTime = earlier?.OriginalScheduledTime ?? scheduled.EventTime.ToDateTime(),
                StartToClose = attributes.StartToCloseTimeout.ToTimeSpan(),
                IsSticky = state.StickyQueue.Length > 0,
            },
        };
    }

    public static MutableState ApplyEventless(MutableState state, EventlessTaskScheduled scheduled)
    {
        Invariant.Holds(state.WorkflowTask is null);
        return state with
        {
            WorkflowTask = new PendingWorkflowTask
            {
                Kind = scheduled.Speculative ? WorkflowTaskKind.Speculative : WorkflowTaskKind.Transient,
                ScheduledEventId = state.NextEventId,
                Attempt = scheduled.Attempt,
                ScheduledTime = scheduled.ScheduledTime.ToDateTime(),
                OriginalScheduledTime = scheduled.OriginalScheduledTime.ToDateTime(),
                StartToClose = scheduled.StartToClose.ToTimeSpan(),
                IsSticky = scheduled.Sticky,
            },
        };
    }

    private static StoredRecord Eventless(Turn turn, DateTime originalScheduledTime, bool speculative) => new()
    {
        EventlessTaskScheduled = new EventlessTaskScheduled
        {
            Speculative = speculative,
            Attempt = turn.State.WorkflowTaskAttempt,
            ScheduledTime = turn.Context.NowTimestamp,
            OriginalScheduledTime = Timestamp.FromDateTime(originalScheduledTime),
            StartToClose = Duration.FromTimeSpan(StartToClose(turn.State, turn.State.WorkflowTaskAttempt)),
            Sticky = turn.State.StickyQueue.Length > 0,
        },
    };
}
