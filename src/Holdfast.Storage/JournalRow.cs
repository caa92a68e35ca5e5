using Holdfast.Storage.Payloads;

namespace Holdfast.Storage;

/// <summary>
/// A journal row as stored: its place in the run's journal, the public history events in it (0 and 0 when there is none), and its encoded records
/// (<see cref="Holdfast.Engine.Journal.JournalRows"/>).
/// </summary>
public sealed record JournalRow(long Sequence, long FirstEventId, long LastEventId, ReadOnlyMemory<byte> Records)
{
    /// <summary>On the way in: the records cut ahead (<see cref="IStore.Prepare"/>), or null.</summary>
    public CutRow? Cut { get; init; }
}
