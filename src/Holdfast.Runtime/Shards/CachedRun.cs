using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows;
using Holdfast.Storage;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// A run in a shard's memory: its newest state, which may be ahead of what is durable, its encoded history, and what of both is still to be
/// written. Forgetting it loses nothing once nothing is unsaved.
/// </summary>
internal sealed class CachedRun
{
    // What a run weighs beside its history: state, this object, dictionary entries. A guess on the safe side.
    private const int FixedBytes = 4 * 1024;
    private const int FirstHistoryCapacity = 16;

    // A snapshot is worth its bytes once loading without it would cost a few milliseconds, and when what follows the last one outweighs it: then all
    // snapshots together stay smaller than the rest of the journal, however large the state is.
    private const int RecordsBetweenSnapshots = 500;
    private const int BytesPerSnapshotByte = 2;

    private ByteString[] history;
    private int historyCount;
    private long historyBytes;
    private readonly List<JournalRecord> unsaved = [];
    private Dictionary<string, ByteString?>? unsavedSlots;
    private MutableState? listed;
    private RunSnapshot? snapshot;
    private long sequence;
    private readonly int missingEvents;
    private int savedEvents;
    private int recordsSinceSnapshot;
    private long bytesSinceSnapshot;
    private long snapshotBytes;
    private bool isStored;

    /// <summary>A run that is being created.</summary>
    public CachedRun(RunChange created)
    {
        Key = created.State.Key;
        State = created.State;
        history = new ByteString[FirstHistoryCapacity];
        Node = new LinkedListNode<CachedRun>(this);
        Append(created);
    }

    private CachedRun(MutableState state, ByteString[] history, int historyCount, long historyBytes, long sequence)
    {
        missingEvents = (int)state.NextEventId - 1 - historyCount;
        Key = state.Key;
        State = state;
        this.history = history;
        this.historyCount = historyCount;
        this.historyBytes = historyBytes;
        this.sequence = sequence;
        savedEvents = LastEventId;
        listed = state;
        isStored = true;
        Node = new LinkedListNode<CachedRun>(this);
    }

    public RunKey Key { get; }

    public MutableState State { get; private set; }

    /// <summary>The list of recent use that this run is in; null once it is forgotten.</summary>
    public RecentRuns? Recent { get; set; }

    /// <summary>Its place in that list.</summary>
    public LinkedListNode<CachedRun> Node { get; }

    /// <summary>Part of the batch that is being decided, with changes to commit.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Part of the batch that is being decided, with changes that may lag.</summary>
    public bool IsTouched { get; set; }

    /// <summary>How many batches that hold this run are not released yet.</summary>
    public int BatchesInFlight { get; set; }

    /// <summary>Deleted as far as anybody who asks is concerned; it stays here until the store knows.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>Something went wrong inside: forget it as soon as nothing of it is in flight.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>What was handed out and is still owed.</summary>
    public OwedSet HandedOut { get; set; } = OwedSet.Empty;

    /// <summary>What the newest state owes, durable or not.</summary>
    public OwedSet Owed { get; set; } = OwedSet.Empty;

    /// <summary>When the durable state says to look again.</summary>
    public DateTime? WakeAt { get; set; }

    /// <summary>When a wake last found nothing to do.</summary>
    public DateTime WokenInVainAt { get; set; }

    public List<Watch>? Watches { get; set; }

    public bool HasUnsaved => unsaved.Count > 0 || unsavedSlots is { Count: > 0 };

    /// <summary>What the run takes of the cache's bytes, as last weighed.</summary>
    public long CountedBytes { get; set; }

    public long Bytes => FixedBytes + historyBytes + (history.Length * 8L);

    /// <summary>Nothing would be lost, and nobody waits here.</summary>
    public bool IsEvictable =>
        BatchesInFlight == 0 && !IsDirty && !IsTouched && !HasUnsaved
        && Watches is not { Count: > 0 }
        && !OwesDelivery();

    public RunSnapshot Snapshot => snapshot ??= new RunSnapshot(State, new HistorySlice(history, 0, historyCount, missingEvents + 1));

    /// <summary>A run out of the store.</summary>
    /// <exception cref="DamagedRunException">The rows do not make a run.</exception>
    public static CachedRun Load(RunKey key, StoredRun stored)
    {
        try
        {
            List<JournalRecord> records = [];
            foreach (var row in stored.Rows)
                records.AddRange(JournalRows.Decode(row));

            var events = new ByteString[Math.Max(FirstHistoryCapacity, records.Count)];
            var count = 0;
            var bytes = 0L;
            foreach (var record in records)
            {
                if (record.HistoryBytes is not { } encoded)
                    continue;
                events[count++] = encoded;
                bytes += encoded.Length;
            }

            var state = Fold.Rebuild(key, records, stored.Slots);
            Invariant.Holds(state.Key == key);

            // Earlier events may be in rows that were not read; the newest are all here.
            Invariant.Holds(stored.FirstSequence == 1 ? count == state.NextEventId - 1 : count < state.NextEventId);
            var run = new CachedRun(state, events, count, bytes, stored.LastSequence);
            run.CountSinceSnapshot(records);
            return run;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever the decoder or the fold dislikes, it is this run's bytes that it dislikes.
            throw new DamagedRunException(key, e.Message, e);
        }
    }

    /// <summary>Takes a change in: it is the newest state from here on, and will be written with the next row.</summary>
    public void Append(RunChange change)
    {
        var events = 0;
        foreach (var record in change.Records)
        {
            if (record.HistoryBytes is not null)
                events++;
        }

        Invariant.Holds(change.State.Key == Key);
        Invariant.Holds(LastEventId + events == change.State.NextEventId - 1);

        foreach (var record in change.Records)
        {
            unsaved.Add(record);
            if (record.HistoryBytes is { } encoded)
                AppendEvent(encoded);
        }

        foreach (var slot in change.Slots)
            (unsavedSlots ??= [])[slot.Name] = slot.Value;

        State = change.State;
        snapshot = null;
    }

    /// <summary>Makes the row of all that is not written yet.</summary>
    public RunWrite TakeUnsaved(Debt debt)
    {
        byte[] records = [];
        var hasSnapshot = false;
        if (unsaved.Count > 0)
        {
            sequence++;
            hasSnapshot = AddSnapshotWhenDue();
            records = JournalRows.Encode(unsaved);
            recordsSinceSnapshot = hasSnapshot ? 0 : recordsSinceSnapshot + unsaved.Count;
            bytesSinceSnapshot = hasSnapshot ? 0 : bytesSinceSnapshot + records.Length;
            unsaved.Clear();
        }

        SlotChange[] slots = [];
        if (unsavedSlots is { Count: > 0 })
        {
            slots = [.. unsavedSlots.Select(slot => new SlotChange(slot.Key, slot.Value))];
            unsavedSlots = null;
        }

        VisibilityRow? row = null;
        if (VisibilityRows.Changed(listed, State))
        {
            row = VisibilityRows.Of(State);
            listed = State;
        }

        var hasEvents = LastEventId > savedEvents;
        var write = new RunWrite
        {
            Run = Key,
            IsNew = !isStored,
            Sequence = sequence,
            Records = records,
            FirstEventId = hasEvents ? savedEvents + 1 : 0,
            LastEventId = hasEvents ? LastEventId : 0,
            HasSnapshot = hasSnapshot,
            Status = (int)State.Status,
            WakeAt = debt.WakeAt,
            Owes = !debt.Now.IsEmpty,
            BecomesCurrent = !isStored,
            Slots = slots,
            Visibility = row,
        };
        savedEvents = LastEventId;
        isStored = true;
        return write;
    }

    private int LastEventId => missingEvents + historyCount;

    private bool AddSnapshotWhenDue()
    {
        if (recordsSinceSnapshot + unsaved.Count < RecordsBetweenSnapshots || bytesSinceSnapshot < snapshotBytes * BytesPerSnapshotByte || State.IsClosed)
            return false;
        var taken = JournalRecord.OfSnapshot(State);
        snapshotBytes = taken.Stored.Snapshot.CalculateSize();
        unsaved.Add(taken);
        return true;
    }

    private void CountSinceSnapshot(List<JournalRecord> records)
    {
        foreach (var record in records)
        {
            if (record.Stored.KindCase == StoredRecord.KindOneofCase.Snapshot)
            {
                snapshotBytes = record.Stored.CalculateSize();
                recordsSinceSnapshot = 0;
                bytesSinceSnapshot = 0;
                continue;
            }

            recordsSinceSnapshot++;
            bytesSinceSnapshot += record.Stored.CalculateSize();
        }
    }

    private bool OwesDelivery()
    {
        foreach (var obligation in HandedOut.All)
        {
            if (obligation is Obligation.Deliver)
                return true;
        }

        return false;
    }

    // Slices that were handed out share the array: what they show is never written again, so growing copies and appending does not.
    private void AppendEvent(ByteString encoded)
    {
        if (historyCount == history.Length)
            Array.Resize(ref history, history.Length * 2);
        history[historyCount++] = encoded;
        historyBytes += encoded.Length;
    }
}
