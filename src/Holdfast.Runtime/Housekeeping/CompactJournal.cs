using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows;
using Holdfast.Storage;

namespace Holdfast.Runtime.Housekeeping;

/// <summary>
/// Makes few rows of a closed run's journal: its history, and one snapshot in place of all internal records. A short journal becomes one compressed row; of
/// a long one the parts of the history stay readable by themselves, and those of one with large payloads plain, for the store to share them.
/// </summary>
internal static class CompactJournal
{
    // From this size on an event holds payloads that the store may share, among the events of this run and with other runs, if they are left plain. A short
    // journal takes least room compressed as a whole.
    private const int LargeEventBytes = 4 * 1024;
    private const int ShortJournalBytes = 64 * 1024;

    // A page of history has to be decompressed from the beginning of its row: some milliseconds at most.
    private const int RowBytes = 256 * 1024;

    /// <param name="compress"><see cref="IStore.Compress"/>.</param>
    /// <exception cref="DamagedRunException">The journal does not fold.</exception>
    public static List<JournalRow> Of(RunKey key, IReadOnlyList<JournalRow> journal, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> compress)
    {
        try
        {
            List<JournalRecord> records = [.. journal.SelectMany(row => JournalRows.Decode(row.Records))];
            var state = Fold.Rebuild(key, records, new Dictionary<string, ByteString>());
            Invariant.Holds(state.IsClosed);
            List<ByteString> history = [.. records.Select(record => record.HistoryBytes).OfType<ByteString>()];
            Invariant.Holds(history.Count == state.NextEventId - 1);

            var last = journal[^1].Sequence;
            var isPlain = history.Sum(encoded => (long)encoded.Length) > ShortJournalBytes && history.Exists(encoded => encoded.Length >= LargeEventBytes);
            var parts = Cut(history, Math.Max(RowBytes, history.Sum(encoded => (long)encoded.Length) / last + 1));
            Invariant.Holds(parts.Count <= last);
            var rows = new List<JournalRow>(parts.Count);
            for (var part = 0; part < parts.Count; part++)
            {
                var (first, count) = parts[part];
                List<JournalRecord> packed = [.. history.Slice(first, count).Select(JournalRecord.OfPast)];
                if (part == parts.Count - 1)
                    packed.Add(JournalRecord.OfSnapshot(state));
                rows.Add(new JournalRow(last - parts.Count + 1 + part, first + 1, first + count, JournalRows.Encode(packed)));
            }

            Verify(key, state, history, rows);
            return isPlain ? rows : rows.ConvertAll(row => row with { Records = compress(row.Records) });
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new DamagedRunException(key, e.Message, e);
        }
    }

    private static List<(int First, int Count)> Cut(List<ByteString> history, long partBytes)
    {
        List<(int First, int Count)> parts = [];
        var first = 0;
        var bytes = 0L;
        for (var next = 0; next < history.Count; next++)
        {
            bytes += history[next].Length;
            if (bytes < partBytes && next < history.Count - 1)
                continue;
            parts.Add((first, next - first + 1));
            first = next + 1;
            bytes = 0;
        }

        return parts;
    }

    // What is replaced is gone for good, so it is read back before: the same history to the byte, and the same state.
    private static void Verify(RunKey key, MutableState state, List<ByteString> history, List<JournalRow> rows)
    {
        Invariant.Holds(rows.SelectMany(row => JournalRows.DecodeHistory(row.Records)).SequenceEqual(history));
        var restored = Fold.Rebuild(key, [.. JournalRows.Decode(rows[^1].Records)], new Dictionary<string, ByteString>());
        Invariant.Holds(StateSnapshot.Of(restored).Equals(StateSnapshot.Of(state)));
    }
}
