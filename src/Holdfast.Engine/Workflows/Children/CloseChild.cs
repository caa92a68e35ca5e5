namespace Holdfast.Engine.Workflows.Children;

/// <summary>Folds in that nothing more is to come of a child: it closed, it could not start, or the parent's close policy was carried out.</summary>
internal static class CloseChild
{
    public static MutableState Apply(MutableState state, long initiatedEventId)
    {
        Invariant.Holds(state.PendingChildren.ContainsKey(initiatedEventId));
        return state with { PendingChildren = state.PendingChildren.Remove(initiatedEventId) };
    }
}
