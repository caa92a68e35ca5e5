using Google.Protobuf;
using Holdfast.Engine;

namespace Holdfast.Storage.InMemory;

/// <summary>All that is kept of one run.</summary>
internal sealed class MemoryRun(long entityId, int shard, RunKey key)
{
    public long EntityId { get; } = entityId;

    public int Shard { get; } = shard;

    public RunKey Key { get; } = key;

    public List<JournalRow> Rows { get; private set; } = [];

    public long NextSequence { get; private set; } = 1;

    /// <summary>Sequence of the row that loading begins with.</summary>
    public long BaseSequence { get; private set; } = 1;

    public bool IsCompactable => RunStatuses.IsClosed(Status) && !Owes && !compacted;

    public Dictionary<string, ByteString> Slots { get; } = [];

    public int Status { get; private set; }

    public DateTime? WakeAt { get; private set; }

    public bool Owes { get; private set; }

    public VisibilityRow? Visibility { get; private set; }

    public DueRun Due => new(EntityId, Key, Owes, WakeAt);

    private bool compacted;

    public void Apply(RunWrite write)
    {
        if (write.Records.Length > 0)
        {
            Rows.Add(new JournalRow(write.Sequence, write.FirstEventId, write.LastEventId, write.Records.ToArray()));
            NextSequence++;
            if (write.HasSnapshot)
                BaseSequence = write.Sequence;
        }

        foreach (var slot in write.Slots)
        {
            if (slot.Value is null)
                Slots.Remove(slot.Name);
            else
                Slots[slot.Name] = slot.Value;
        }

        Status = write.Status;
        WakeAt = write.WakeAt;
        Owes = write.Owes;
        Visibility = write.Visibility ?? Visibility;
    }

    public void Compact(IReadOnlyList<JournalRow> rows)
    {
        if (rows[^1].Sequence != NextSequence - 1)
            return;
        Rows = [.. rows.Select(row => row with { Records = row.Records.ToArray() })];
        BaseSequence = NextSequence - 1;
        compacted = true;
    }
}
