using System.Runtime.InteropServices;
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
    public static IEnumerable<JournalRecord> Decode(ReadOnlyMemory<byte> row)
    {
        var input = new CodedInputStream(MemoryMarshal.TryGetArray(row, out var array) && array.Offset == 0 && array.Count == array.Array!.Length ? array.Array : row.ToArray());
        while (!input.IsAtEnd)
        {
            var stored = new StoredRecord();
            input.ReadMessage(stored);
            yield return JournalRecord.FromStored(stored);
        }
    }

    /// <summary>The encoded history events of a row, in order, without a look at what is in them.</summary>
    /// <exception cref="InvalidProtocolBufferException">The row is damaged.</exception>
    public static IEnumerable<ByteString> DecodeHistory(ReadOnlyMemory<byte> row)
    {
        foreach (var record in Decode(row))
        {
            if (record.HistoryBytes is { } encoded)
                yield return encoded;
        }
    }
}
