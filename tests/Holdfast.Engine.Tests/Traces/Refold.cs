using Google.Protobuf;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows;

namespace Holdfast.Engine.Tests.Traces;

/// <summary>
/// The state of one run out of its journal in every way in which that can be stored: whole, behind a snapshot taken after the last change, behind one
/// taken before it, and compacted.
/// </summary>
internal sealed class Refold
{
    private readonly List<JournalRecord> journal = [];
    private readonly Dictionary<string, ByteString> slots = [];
    private JournalRecord? before;

    public IReadOnlyList<JournalRecord> Journal => journal;

    /// <summary>Takes a change in and checks that each way leads to the state that it names.</summary>
    public void Check(RunChange change)
    {
        journal.AddRange(change.Records);
        foreach (var slot in change.Slots)
        {
            if (slot.Value is null)
                slots.Remove(slot.Name);
            else
                slots[slot.Name] = slot.Value;
        }

        var expected = StateText.Of(change.State);
        var snapshot = JournalRecord.OfSnapshot(change.State);
        Assert.Equal(expected, Stored(change, journal));
        Assert.Equal(expected, Stored(change, [.. journal, snapshot]));
        Assert.Equal(expected, Stored(change, [.. History().Select(JournalRecord.OfPast), snapshot]));
        if (before is not null)
            Assert.Equal(expected, Stored(change, [before, .. change.Records]));
        before = snapshot;
    }

    public IEnumerable<ByteString> History() => journal.Select(record => record.HistoryBytes).OfType<ByteString>();

    private string Stored(RunChange change, IReadOnlyList<JournalRecord> records) =>
        StateText.Of(Fold.Rebuild(change.State.Key, [.. JournalRows.Decode(JournalRows.Encode(records))], slots));
}
