using Holdfast.Engine;

namespace Holdfast.Storage;

/// <summary>One run's part of a batch: its rewritten header and at most one appended journal row.</summary>
public sealed record RunWrite
{
    public required RunKey Run { get; init; }

    /// <summary>This write creates the run. Creating one that exists fails the commit.</summary>
    public required bool IsNew { get; init; }

    /// <summary>Sequence of <see cref="Records"/>: 1 for the first row, one more for each. A commit with a taken sequence fails.</summary>
    public required long Sequence { get; init; }

    /// <summary>Encoded records (<see cref="Holdfast.Engine.Journal.JournalRows"/>); empty when only slots change.</summary>
    public required ReadOnlyMemory<byte> Records { get; init; }

    /// <summary>First and last public history event id in <see cref="Records"/>; 0 and 0 when there is none.</summary>
    public required long FirstEventId { get; init; }

    public required long LastEventId { get; init; }

    /// <summary>The run's status as <c>WorkflowExecutionStatus</c>.</summary>
    public required int Status { get; init; }

    /// <summary>Earliest instant at which the run must be looked at again, UTC.</summary>
    public required DateTime? WakeAt { get; init; }

    /// <summary>The run owes something at once.</summary>
    public required bool Owes { get; init; }

    /// <summary>The run becomes its workflow id's current run.</summary>
    public bool BecomesCurrent { get; init; }

    public IReadOnlyList<SlotChange> Slots { get; init; } = [];

    /// <summary>The run's new visibility row, or null when it did not change.</summary>
    public VisibilityRow? Visibility { get; init; }
}
