using Google.Protobuf;
using Holdfast.Engine;

namespace Holdfast.Storage.InMemory;

/// <summary>All that is kept of one run.</summary>
internal sealed class MemoryRun(long entityId, int shard, RunKey key)
{
    public long EntityId { get; } = entityId;

    public int Shard { get; } = shard;

    public RunKey Key { get; } = key;

    public List<byte[]> Rows { get; } = [];

    public Dictionary<string, ByteString> Slots { get; } = [];

    public int Status { get; set; }

    public DateTime? WakeAt { get; set; }

    public bool Owes { get; set; }

    public VisibilityRow? Visibility { get; set; }

    public DueRun Due => new(EntityId, Key, Owes, WakeAt);

    public void Apply(RunWrite write)
    {
        if (write.Records.Length > 0)
            Rows.Add(write.Records.ToArray());
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
}
