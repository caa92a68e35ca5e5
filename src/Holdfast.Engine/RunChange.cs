using System.Collections.Immutable;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows;

namespace Holdfast.Engine;

/// <summary>
/// One run's part of a decision. <see cref="State"/> is always the fold of <see cref="Records"/> onto the state before.
/// </summary>
public sealed record RunChange(MutableState State, ImmutableArray<JournalRecord> Records)
{
    /// <summary>Values kept beside the journal and overwritten in place: the last heartbeat of each pending activity.</summary>
    public ImmutableArray<SlotChange> Slots { get; init; } = [];
}
