
namespace Holdfast.Engine;

/// <summary>
/// Something the server owes the world for a run as it stands. Obligations are derived from the state, never stored: what was
/// lost in a crash is found again by deriving. Two equal obligations are the same debt.
/// </summary>
public abstract record Obligation
{
    private protected Obligation()
    {
    }

    /// <summary>Hand the pending workflow task to a worker. <paramref name="StickyQueue"/> is empty when the run is not sticky.</summary>
    public sealed record DispatchWorkflowTask(long ScheduledEventId, int Attempt, string TaskQueue, string StickyQueue) : Obligation;

    /// <summary>Hand an attempt of an activity to a worker.</summary>
    public sealed record DispatchActivity(long ScheduledEventId, int Attempt, string TaskQueue) : Obligation;

    /// <summary>Ask something of another run and tell this one how it went, again and again until it did.</summary>
    public sealed record Deliver(Delivery Delivery) : Obligation;

    /// <summary>Forget the run and all that is stored of it.</summary>
    public sealed record Delete : Obligation;
}
