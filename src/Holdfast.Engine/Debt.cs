using System.Collections.Immutable;

namespace Holdfast.Engine;

/// <summary>
/// All that is owed for a state: what is due at once, and when to look again. <see cref="WakeAt"/> is the earliest instant at which
/// a timer, a timeout or a retry becomes due; null when only somebody else can move the run.
/// </summary>
public sealed record Debt(ImmutableArray<Obligation> Now, DateTime? WakeAt)
{
    public static Debt None { get; } = new([], null);
}
