using Holdfast.Dashboard.Decoding;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Dashboard.History;

/// <summary>One thing that the workflow did or that happened to it, with all events that tell of it.</summary>
public sealed class TimelineRow
{
    private readonly List<HistoryEvent> _events = [];

    internal TimelineRow(HistoryEvent first)
    {
        Kind = EventMeaning.KindOf(first);
        Title = EventMeaning.TitleOf(first);
        Detail = EventMeaning.DetailOf(first);
        ActivityId = first.ActivityTaskScheduledEventAttributes?.ActivityId;
        Add(first);
    }

    public TimelineKind Kind { get; }

    public string Title { get; }

    /// <summary>What the title leaves open: a timer's duration, a child's id, the author's own summary. May be empty.</summary>
    public string Detail { get; }

    /// <summary>The activity's id; null for what is no activity.</summary>
    public string? ActivityId { get; }

    public TimelineState State { get; private set; }

    public DateTime Start => _events[0].EventTime.ToDateTime();

    /// <summary>When it ended; null while open. The same as <see cref="Start"/> for what just happens.</summary>
    public DateTime? End { get; private set; }

    /// <summary>The number of the attempt that ended it, or the latest one known from the history; 0 if none is recorded.</summary>
    public int Attempt { get; private set; }

    /// <summary>What went wrong, also in an attempt before one that succeeded.</summary>
    public Failure? Failure { get; private set; }

    /// <summary>The run or workflow that this row points to, if any.</summary>
    public (string WorkflowId, string RunId)? Target { get; private set; }

    public IReadOnlyList<HistoryEvent> Events => _events;

    public long FirstEventId => _events[0].EventId;

    /// <summary>Inputs, results and whatever else its events carry.</summary>
    public IReadOnlyList<NamedPayloads> Payloads =>
        [.. _events.SelectMany(one => EventAttributes.Of(one) is { } attributes ? PayloadFinder.In(attributes) : [])];

    internal void Add(HistoryEvent next)
    {
        _events.Add(next);
        // A late fact (a cancel request that crossed the completion) does not open again what has ended.
        var state = EventMeaning.StateOf(next);
        if (state is not TimelineState.Open)
        {
            State = state;
            End = next.EventTime.ToDateTime();
        }

        Attempt = Math.Max(Attempt, next.EventType switch
        {
            EventType.ActivityTaskStarted => next.ActivityTaskStartedEventAttributes.Attempt,
            EventType.WorkflowTaskScheduled => next.WorkflowTaskScheduledEventAttributes.Attempt,
            _ => 0,
        });
        Failure = EventMeaning.FailureOf(next) ?? Failure;
        Target = EventMeaning.TargetOf(next) ?? Target;
    }
}
