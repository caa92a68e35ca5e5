using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Dashboard.History;

/// <summary>
/// A run's history told as what happened rather than event by event: the events of one activity, timer, child… make one
/// row, which stands where the first of them stands. Events are added in the order of their ids, as pages arrive.
/// </summary>
public sealed class Timeline
{
    private readonly List<TimelineRow> _rows = [];
    private readonly List<HistoryEvent> _events = [];
    private readonly Dictionary<long, TimelineRow> _rowsByEventId = [];
    private readonly Dictionary<string, TimelineRow> _updates = new(StringComparer.Ordinal);

    public IReadOnlyList<TimelineRow> Rows => _rows;

    public IReadOnlyList<HistoryEvent> Events => _events;

    /// <summary>The event that closed the run; null while it is open.</summary>
    public HistoryEvent? CloseEvent { get; private set; }

    public DateTime? Start => _events.Count == 0 ? null : _events[0].EventTime.ToDateTime();

    public DateTime? LastEventTime => _events.Count == 0 ? null : _events[^1].EventTime.ToDateTime();

    public void Add(HistoryEvent next)
    {
        // A page asked for again after a broken connection brings events that are known.
        if (_events.Count > 0 && next.EventId <= _events[^1].EventId)
            return;

        _events.Add(next);
        if (EventMeaning.ClosesRun(next.EventType))
            CloseEvent = next;

        var row = RowOf(next);
        if (row is null)
        {
            row = new TimelineRow(next);
            _rows.Add(row);
        }
        else
        {
            row.Add(next);
        }

        _rowsByEventId[next.EventId] = row;
        if (EventMeaning.UpdateIdOf(next) is { } updateId)
            _updates[updateId] = row;
    }

    private TimelineRow? RowOf(HistoryEvent next)
    {
        if (EventMeaning.OpenerOf(next) is { } opener && _rowsByEventId.TryGetValue(opener, out var row))
            return row;
        // Only an update's admission and acceptance are tied by a name and not by an event id.
        return next.EventType is not EventType.WorkflowExecutionUpdateAdmitted
            && EventMeaning.UpdateIdOf(next) is { } updateId && _updates.TryGetValue(updateId, out var update)
            ? update
            : null;
    }
}
