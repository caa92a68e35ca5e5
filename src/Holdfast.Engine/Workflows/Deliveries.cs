using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows.Children;
using Holdfast.Engine.Workflows.Externals;

namespace Holdfast.Engine.Workflows;

/// <summary>What a run owes to other runs, open or closed: a run that ended still has its last messages to send.</summary>
internal static class Deliveries
{
    /// <summary>Create a child's run. Settled by the event that tells how that went, or by a fact when this run is closed.</summary>
    public const string StartChild = "start-child";

    /// <summary>Tell the parent that this run, its child, is there. Settled by a fact in the child.</summary>
    public const string TellParentStarted = "tell-parent-started";

    /// <summary>Tell the parent how this chain of runs ended. Settled by a fact in the child.</summary>
    public const string ReportToParent = "report-to-parent";

    /// <summary>Terminate or cancel a child of this closed run. Settled by a fact in the parent.</summary>
    public const string ParentClosePolicy = "parent-close-policy";

    /// <summary>Signal another workflow. Settled by the event that tells how that went, or by a fact when this run is closed.</summary>
    public const string SignalExternal = "signal-external";

    /// <summary>Request another workflow's cancellation. Settled like a signal.</summary>
    public const string CancelExternal = "cancel-external";

    public static IEnumerable<Obligation> Of(MutableState state) =>
        IsNoneOwed(state) ? [] : Pending(state).Select(delivery => new Obligation.Deliver(delivery));

    public static bool IsOwed(MutableState state, string kind, long eventId) => kind switch
    {
        StartChild => state.PendingChildren.TryGetValue(eventId, out var child) && Children.StartChild.IsOwed(state, child),
        TellParentStarted => Children.TellParentStarted.IsOwed(state),
        ReportToParent => Children.ReportToParent.IsOwed(state),
        ParentClosePolicy => state.PendingChildren.TryGetValue(eventId, out var child) && ParentClosePolicyDelivery.IsOwed(state, child),
        SignalExternal => state.PendingSignals.ContainsKey(eventId),
        CancelExternal => state.PendingCancels.ContainsKey(eventId),
        _ => throw new InvariantBrokenException($"a delivery of kind {kind}, which this server never makes"),
    };

    public static void RecordDone(Turn turn, string kind, long eventId) =>
        turn.Record(new StoredRecord { DeliveryDone = new DeliveryDone { Kind = kind, EventId = eventId } });

    public static MutableState ApplyDone(MutableState state, DeliveryDone done) => done.Kind switch
    {
        StartChild => RecordChildStarted.ApplySettled(state, done.EventId),
        TellParentStarted => state with { AwaitsParent = false },
        ReportToParent => state with { ParentTold = true },
        ParentClosePolicy => CloseChild.Apply(state, done.EventId),
        SignalExternal => Externals.SignalExternal.ApplyDone(state, done.EventId),
        CancelExternal => Externals.CancelExternal.ApplyDone(state, done.EventId),
        _ => throw new InvariantBrokenException($"a delivery of kind {done.Kind}, which this server never makes"),
    };

    // Asked after every step of every run, and most runs have nothing to do with others.
    private static bool IsNoneOwed(MutableState state) =>
        state.PendingChildren.IsEmpty && state.PendingSignals.IsEmpty && state.PendingCancels.IsEmpty
        && !Children.TellParentStarted.IsOwed(state) && !Children.ReportToParent.IsOwed(state);

    private static IEnumerable<Delivery> Pending(MutableState state)
    {
        if (Children.TellParentStarted.IsOwed(state))
            yield return new TellParentStarted(state);
        if (Children.ReportToParent.IsOwed(state))
            yield return new ReportToParent(state);

        // By event id, so that what the workflow asked for first goes first.
        foreach (var (_, child) in state.PendingChildren.OrderBy(pending => pending.Key))
        {
            if (Children.StartChild.IsOwed(state, child))
                yield return new StartChildDelivery(state, child);
            else if (ParentClosePolicyDelivery.IsOwed(state, child))
                yield return new ParentClosePolicyDelivery(state, child);
        }

        foreach (var (_, initiated) in state.PendingSignals.OrderBy(pending => pending.Key))
            yield return new SignalDelivery(state, initiated);
        foreach (var (_, initiated) in state.PendingCancels.OrderBy(pending => pending.Key))
            yield return new CancelDelivery(state, initiated);
    }
}
