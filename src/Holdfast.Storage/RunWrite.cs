using Holdfast.Engine;
using Holdfast.Storage.Payloads;

namespace Holdfast.Storage;

/// <summary>One run's part of a batch: its rewritten header and at most one appended journal row; or its deletion.</summary>
public sealed record RunWrite
{
    /// <summary>The write that deletes a run.</summary>
    public static RunWrite Deletion(RunKey run) => new()
    {
        Run = run,
        Deletes = true,
        IsNew = false,
        Sequence = 0,
        Records = ReadOnlyMemory<byte>.Empty,
        FirstEventId = 0,
        LastEventId = 0,
        Status = 0,
        WakeAt = null,
        Owes = false,
    };

    /// <summary>The write that replaces a closed run's journal.</summary>
    public static RunWrite Compaction(RunKey run, IReadOnlyList<JournalRow> rows) => Deletion(run) with { Deletes = false, Compacted = rows };

    public required RunKey Run { get; init; }

    /// <summary>This write creates the run. Creating one that exists fails the commit.</summary>
    public required bool IsNew { get; init; }

    /// <summary>Sequence of <see cref="Records"/>: 1 for the first row, one more for each. A commit with a taken sequence fails.</summary>
    public required long Sequence { get; init; }

    /// <summary>Encoded records (<see cref="Holdfast.Engine.Journal.JournalRows"/>); empty when only slots change.</summary>
    public required ReadOnlyMemory<byte> Records { get; init; }

    /// <summary><see cref="Records"/> cut ahead (<see cref="IStore.Prepare"/>), or null.</summary>
    public CutRow? Cut { get; init; }

    /// <summary>First and last public history event id in <see cref="Records"/>; 0 and 0 when there is none.</summary>
    public required long FirstEventId { get; init; }

    public required long LastEventId { get; init; }

    /// <summary>One of the records is a snapshot of the whole state: from here on loading the run begins with this row.</summary>
    public bool HasSnapshot { get; init; }

    /// <summary>
    /// Not empty: the run is closed, and all of its rows are replaced by these. They have the same history events, and the last sequence that the run
    /// has now, so that nobody who knows the run need hear of it; the last of them has a snapshot. All else in this write is ignored. When the run is
    /// gone or has a later row by now, nothing changes.
    /// </summary>
    public IReadOnlyList<JournalRow> Compacted { get; init; } = [];

    /// <summary>The run's status as <c>WorkflowExecutionStatus</c>.</summary>
    public required int Status { get; init; }

    /// <summary>Earliest instant at which the run must be looked at again, UTC.</summary>
    public required DateTime? WakeAt { get; init; }

    /// <summary>The run owes something at once.</summary>
    public required bool Owes { get; init; }

    /// <summary>The run becomes its workflow id's current run.</summary>
    public bool BecomesCurrent { get; init; }

    public IReadOnlyList<SlotChange> Slots { get; init; } = [];

    /// <summary>
    /// Everything stored of the run is deleted: journal, slots, header, visibility row, and that it is its workflow id's current run. All else in this
    /// write is ignored. Deleting a run that is not there changes nothing.
    /// </summary>
    public bool Deletes { get; init; }

    /// <summary>The run's new visibility row, or null when it did not change.</summary>
    public VisibilityRow? Visibility { get; init; }

    /// <summary>Whether it is worth while to prepare this write (<see cref="IStore.Prepare"/>).</summary>
    internal bool IsLarge
    {
        get
        {
            if (Records.Length >= CutRow.FewestBytesAhead)
                return true;
            foreach (var row in Compacted)
            {
                if (row.Records.Length >= CutRow.FewestBytesAhead)
                    return true;
            }

            return false;
        }
    }
}
