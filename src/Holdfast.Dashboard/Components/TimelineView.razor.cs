using Holdfast.Dashboard.History;
using Microsoft.AspNetCore.Components;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Workflow.V1;

namespace Holdfast.Dashboard.Components;

/// <summary>The history as a timeline, or as the plain list of its events.</summary>
public sealed partial class TimelineView
{
    // As many as a browser lays out without a noticeable pause.
    private const int RowsAtOnce = 200;

    // A row that took no time at all still has to be seen; in thousandths of the lane.
    private const double NarrowestBar = 5;

    private readonly HashSet<long> _openRows = [];
    private readonly HashSet<long> _openEvents = [];
    private bool _allEvents;
    private bool _workflowTasks;
    private bool _newestFirst;
    private int _shown = RowsAtOnce;

    [Parameter, EditorRequired]
    public string? Namespace { get; set; }

    [Parameter, EditorRequired]
    public string WorkflowId { get; set; } = "";

    /// <summary>Whether the run is open, so that what has not ended still may.</summary>
    [Parameter, EditorRequired]
    public bool IsOpen { get; set; }

    /// <summary>What the history does not tell of activities that have not ended: attempts and their last failure.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<PendingActivityInfo> Pending { get; set; } = [];

    [Parameter, EditorRequired]
    public DateTime Now { get; set; }

    /// <summary>The history; it grows while it is shown.</summary>
    [Parameter, EditorRequired]
    public Timeline Timeline { get; set; } = null!;

    // A worker's turns say nothing as long as they succeed.
    private IEnumerable<TimelineRow> VisibleRows => Timeline.Rows.Where(row =>
        row.Kind is not TimelineKind.WorkflowTask || _workflowTasks
        || row.State is TimelineState.Failed or TimelineState.TimedOut);

    private IEnumerable<T> Ordered<T>(IEnumerable<T> items) => _newestFirst ? items.Reverse() : items;

    private PendingActivityInfo? PendingOf(TimelineRow row) =>
        row is { Kind: TimelineKind.Activity, State: TimelineState.Open, ActivityId: { } id }
            ? Pending.FirstOrDefault(pending => pending.ActivityId == id)
            : null;

    private string Attempts(TimelineRow row)
    {
        var attempt = PendingOf(row)?.Attempt ?? row.Attempt;
        return attempt > 1 ? $"attempt {attempt}" : "";
    }

    private (string X, string Width) Bar(TimelineRow row)
    {
        var start = Timeline.Start ?? row.Start;
        var end = IsOpen ? Max(Now, Timeline.LastEventTime ?? Now) : Timeline.LastEventTime ?? row.Start;
        var whole = (end - start).TotalMilliseconds;
        if (whole <= 0)
            return (Number(0), Number(NarrowestBar));

        var width = Math.Max(NarrowestBar, ((row.End ?? end) - row.Start).TotalMilliseconds / whole * 1000);
        var x = Math.Min((row.Start - start).TotalMilliseconds / whole * 1000, 1000 - NarrowestBar);
        return (Number(x), Number(Math.Min(width, 1000 - x)));

        static string Number(double value) => value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);
        static DateTime Max(DateTime a, DateTime b) => a > b ? a : b;
    }

    private string? WorkflowIdOf((string WorkflowId, string RunId) target) =>
        target.RunId.Length == 0 ? null : target.WorkflowId.Length > 0 ? target.WorkflowId : WorkflowId;

#pragma warning disable CS8524
    private string Tone(TimelineRow row) => row.State switch
    {
        TimelineState.Open => IsOpen ? "s-running" : "s-canceled",
        TimelineState.Completed => "s-completed",
        TimelineState.Failed => "s-failed",
        TimelineState.TimedOut => "s-timedout",
        TimelineState.Canceled => "s-canceled",
        TimelineState.Terminated => "s-terminated",
        TimelineState.Instant => "s-instant",
    };

    private string StateWord(TimelineRow row) => row.State switch
    {
        TimelineState.Open when !IsOpen => "",
        TimelineState.Open => PendingOf(row)?.State switch
        {
            PendingActivityState.Scheduled => PendingOf(row)!.NextAttemptScheduleTime is null ? "Waits for a worker" : "Waits to retry",
            PendingActivityState.CancelRequested => "Canceling",
            PendingActivityState.Paused or PendingActivityState.PauseRequested => "Paused",
            _ => row.Kind is TimelineKind.Timer ? "Waiting" : "Running",
        },
        TimelineState.Completed => row.Kind is TimelineKind.Timer ? "Fired" : "Completed",
        TimelineState.Failed => "Failed",
        TimelineState.TimedOut => "Timed out",
        TimelineState.Canceled => "Canceled",
        TimelineState.Terminated => "Terminated",
        TimelineState.Instant => "",
    };
#pragma warning restore CS8524

    private static void Toggle(HashSet<long> open, long id)
    {
        if (!open.Remove(id))
            open.Add(id);
    }

    private static string Pressed(bool value) => value ? "true" : "false";
}
