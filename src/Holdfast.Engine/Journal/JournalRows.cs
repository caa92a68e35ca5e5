using Google.Protobuf;

namespace Holdfast.Engine.Journal;

/// <summary>The stored form of a journal row: length-delimited <see cref="StoredRecord"/>s, one after the other.</summary>
public static class JournalRows
{
    public static byte[] Encode(IReadOnlyList<JournalRecord> records)
    {
        var size = 0;
        foreach (var record in records)
        {
            var length = record.Stored.CalculateSize();
            size += CodedOutputStream.ComputeLengthSize(length) + length;
        }

        var row = new byte[size];
        var output = new CodedOutputStream(row);
        foreach (var record in records)
            output.WriteMessage(record.Stored);
        output.CheckNoSpaceLeft();
        return row;
    }

    /// <exception cref="InvalidProtocolBufferException">The row is damaged.</exception>
    public static IEnumerable<JournalRecord> Decode(byte[] row)
    {
        var input = new CodedInputStream(row);
        while (!input.IsAtEnd)
        {
            var stored = new StoredRecord();
            input.ReadMessage(stored);
            yield return JournalRecord.FromStored(stored);
        }
    }
}
