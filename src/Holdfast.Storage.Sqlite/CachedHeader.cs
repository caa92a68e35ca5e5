namespace Holdfast.Storage.Sqlite;

/// <summary>A run's header as the writer knows it: saves looking the run up for each of its writes.</summary>
internal sealed class CachedHeader(long entityId, long nextSequence)
{
    public long EntityId { get; } = entityId;

    public long NextSequence { get; set; } = nextSequence;

    /// <summary>Sequence of the row that loading begins with.</summary>
    public long BaseSequence { get; set; } = 1;

    public int Status { get; set; }

    public long? WakeAt { get; set; }

    public bool Owes { get; set; }

    /// <summary>What the database holds of <see cref="WakeAt"/> and <see cref="Owes"/>, which stand in indexes.</summary>
    public long? StoredWakeAt { get; set; }

    public bool StoredOwes { get; set; }

    /// <summary>To be written before the transaction ends.</summary>
    public bool Changed { get; set; }
}
