using Google.Protobuf;
using Holdfast.Engine.Workflows;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Journal;

/// <summary>
/// One record of a journal: a history event or an internal fact. Immutable. The stored form and, for events, the parsed form
/// are kept side by side, so that histories are spliced into responses without encoding them again.
/// </summary>
public sealed class JournalRecord
{
    private HistoryEvent? parsed;

    private JournalRecord(StoredRecord stored, HistoryEvent? historyEvent)
    {
        Stored = stored;
        parsed = historyEvent;
    }

    public StoredRecord Stored { get; }

    /// <summary>The event of a record of kind event, flushed event or buffered event; else null. Parsed when first asked for.</summary>
    /// <exception cref="InvalidProtocolBufferException">The record is damaged.</exception>
    public HistoryEvent? Event => parsed ??= Stored.KindCase switch
    {
        StoredRecord.KindOneofCase.Event => HistoryEvent.Parser.ParseFrom(Stored.Event),
        StoredRecord.KindOneofCase.FlushedEvent => HistoryEvent.Parser.ParseFrom(Stored.FlushedEvent),
        StoredRecord.KindOneofCase.BufferedEvent => HistoryEvent.Parser.ParseFrom(Stored.BufferedEvent),
        _ => null,
    };

    /// <summary>Encoded event that is part of the public history, or null for buffered events and internal facts.</summary>
    public ByteString? HistoryBytes => Stored.KindCase switch
    {
        StoredRecord.KindOneofCase.Event => Stored.Event,
        StoredRecord.KindOneofCase.FlushedEvent => Stored.FlushedEvent,
        StoredRecord.KindOneofCase.PastEvent => Stored.PastEvent,
        _ => null,
    };

    public static JournalRecord OfEvent(HistoryEvent historyEvent) =>
        new(new StoredRecord { Event = historyEvent.ToByteString() }, historyEvent);

    public static JournalRecord OfFlushed(HistoryEvent historyEvent) =>
        new(new StoredRecord { FlushedEvent = historyEvent.ToByteString() }, historyEvent);

    public static JournalRecord OfBuffered(HistoryEvent historyEvent) =>
        new(new StoredRecord { BufferedEvent = historyEvent.ToByteString() }, historyEvent);

    public static JournalRecord OfPast(ByteString encodedEvent) => new(new StoredRecord { PastEvent = encodedEvent }, null);

    public static JournalRecord OfSnapshot(MutableState state) => new(new StoredRecord { Snapshot = StateSnapshot.Of(state) }, null);

    public static JournalRecord OfFact(StoredRecord fact) => new(fact, null);

    public static JournalRecord FromStored(StoredRecord stored) => new(stored, null);
}
