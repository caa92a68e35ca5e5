using System.Buffers.Binary;

namespace Holdfast.Storage.Payloads;

/// <summary>
/// The stored form of a row that is compressed with one of the store's own dictionaries: two bytes (0, which no plain row begins with, and the form, 3), the
/// number of the dictionary and the length of the row, four bytes each with the least significant first, and a zstd frame with a checksum.
/// </summary>
internal static class PackedRow
{
    public const int HeadSize = 2 + sizeof(int) + sizeof(int);

    private const byte NotPlain = 0;
    private const byte Packed = 3;

    // Larger than any row that is compacted: a damaged length must not be taken for an order to allocate.
    private const int LongestRow = 256 * 1024 * 1024;

    public static bool IsAt(ReadOnlySpan<byte> stored) => stored.Length > HeadSize && stored[0] == NotPlain && stored[1] == Packed;

    public static byte[] Encode(int dictionary, int length, ReadOnlySpan<byte> frame)
    {
        var stored = new byte[HeadSize + frame.Length];
        stored[0] = NotPlain;
        stored[1] = Packed;
        BinaryPrimitives.WriteInt32LittleEndian(stored.AsSpan(2), dictionary);
        BinaryPrimitives.WriteInt32LittleEndian(stored.AsSpan(2 + sizeof(int)), length);
        frame.CopyTo(stored.AsSpan(HeadSize));
        return stored;
    }

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static (int Dictionary, int Length) Head(ReadOnlySpan<byte> stored)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(stored[(2 + sizeof(int))..]);
        return length is > 0 and <= LongestRow
            ? (BinaryPrimitives.ReadInt32LittleEndian(stored[2..]), length)
            : throw new InvalidDataException("its length is damaged");
    }
}
