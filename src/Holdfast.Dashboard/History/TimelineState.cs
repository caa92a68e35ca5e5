namespace Holdfast.Dashboard.History;

/// <summary>How far a row of the timeline has come.</summary>
public enum TimelineState
{
    /// <summary>Begun and not ended.</summary>
    Open,
    Completed,
    Failed,
    TimedOut,
    Canceled,
    Terminated,

    /// <summary>It just happened; there is nothing to wait for.</summary>
    Instant,
}
