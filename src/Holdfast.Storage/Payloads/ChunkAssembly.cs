namespace Holdfast.Storage.Payloads;

/// <summary>
/// Puts large rows together again while one run is read. A chunk that many of its rows share is fetched, decompressed and checked once. Used by one thread at
/// a time.
/// </summary>
public sealed class ChunkAssembly : IDisposable
{
    private readonly ChunkCodec codec = new();
    private readonly Dictionary<long, (ChunkHash Hash, byte[] Bytes)> known = [];

    /// <summary>The numbers of the chunks that were restored since the last <see cref="Clear"/>.</summary>
    public IReadOnlyCollection<long> Restored => known.Keys;

    /// <summary>A row's bytes, from what is stored of it.</summary>
    /// <param name="find">Fetches a chunk by its number; null when it is missing.</param>
    /// <exception cref="InvalidDataException">They cannot be restored. The message says why, as a sentence.</exception>
    public byte[] Restore(long sequence, ReadOnlySpan<byte> stored, Func<long, StoredChunk?> find)
    {
        try
        {
            return ChunkedRow.Decode(stored).Restore(number => Find(number, find));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"journal row {sequence} cannot be put together: {e.Message}.", e);
        }
    }

    /// <summary>Forgets all chunks, before another run is read.</summary>
    public void Clear() => known.Clear();

    public void Dispose() => codec.Dispose();

    private (ChunkHash Hash, byte[] Bytes) Find(long number, Func<long, StoredChunk?> find)
    {
        if (known.TryGetValue(number, out var chunk))
            return chunk;
        if (find(number) is not { } stored)
            throw new InvalidDataException($"payload chunk {number} is missing");
        try
        {
            return known[number] = (stored.Hash, codec.Restore(stored));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"payload chunk {number} is damaged, {e.Message}", e);
        }
    }
}
