using Google.Protobuf.WellKnownTypes;

namespace Holdfast.Engine;

/// <summary>
/// What a decision may know beside the state: the time, fresh ids, the namespace and the limits. Decisions read nothing else,
/// so the same inputs give the same records in a simulation and in production.
/// </summary>
public sealed class DecisionContext
{
    /// <summary>The time of this decision, UTC; every event of the decision carries it.</summary>
    public required DateTime Now { get; init; }

    /// <summary>Gives a fresh id (run ids, request ids) at each call.</summary>
    public required Func<string> NewId { get; init; }

    public required NamespaceView Namespace { get; init; }

    public EngineLimits Limits { get; init; } = EngineLimits.Default;

    public Timestamp NowTimestamp => Timestamp.FromDateTime(Now);
}
