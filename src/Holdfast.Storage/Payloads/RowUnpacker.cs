using System.Security.Cryptography;
using ZstdSharp;

namespace Holdfast.Storage.Payloads;

/// <summary>Decompresses rows that <see cref="RowPacker"/> packed, and keeps the dictionaries that it meets. Used by one thread at a time.</summary>
public sealed class RowUnpacker : IDisposable
{
    private readonly Dictionary<int, Decompressor> known = [];

    /// <summary>Whether a stored row is packed.</summary>
    public static bool IsPacked(ReadOnlySpan<byte> stored) => PackedRow.IsAt(stored);

    /// <summary>A packed row's bytes.</summary>
    /// <param name="find">Fetches a dictionary by its number, with its SHA-256; null when it is missing.</param>
    /// <exception cref="InvalidDataException">It is damaged, or its dictionary is. The message says which, as a sentence.</exception>
    public byte[] Restore(long sequence, ReadOnlySpan<byte> stored, Func<int, (byte[] Hash, byte[] Bytes)?> find)
    {
        try
        {
            var (dictionary, length) = PackedRow.Head(stored);
            var row = new byte[length];
            return Find(dictionary, find).Unwrap(stored[PackedRow.HeadSize..], row) == length ? row : throw new InvalidDataException("it is cut short");
        }
        catch (Exception e) when (e is ZstdException or InvalidDataException)
        {
            throw new InvalidDataException($"journal row {sequence} cannot be decompressed: {e.Message}.", e);
        }
    }

    public void Dispose()
    {
        foreach (var decompressor in known.Values)
            decompressor.Dispose();
    }

    private Decompressor Find(int number, Func<int, (byte[] Hash, byte[] Bytes)?> find)
    {
        if (known.TryGetValue(number, out var decompressor))
            return decompressor;
        if (find(number) is not { } dictionary)
            throw new InvalidDataException($"dictionary {number} is missing");
        if (!SHA256.HashData(dictionary.Bytes).AsSpan().SequenceEqual(dictionary.Hash))
            throw new InvalidDataException($"dictionary {number} is damaged, its bytes do not have its hash");
        decompressor = new Decompressor();
        decompressor.LoadDictionary(dictionary.Bytes);
        return known[number] = decompressor;
    }
}
