using ZstdSharp;

namespace Holdfast.Storage.Payloads;

/// <summary>Compresses chunks and brings them back. Used by one thread at a time.</summary>
public sealed class ChunkCodec : IDisposable
{
    // Higher levels find next to nothing more in some kilobytes.
    private const int Level = 3;

    private readonly byte[] room = new byte[Compressor.GetCompressBound(ContentChunks.Longest)];
    private Compressor? compressor;
    private Decompressor? decompressor;

    /// <summary>What is to be stored of a chunk: of the chunk's own length when it cannot be made smaller. Valid until the next one.</summary>
    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> chunk)
    {
        compressor ??= new Compressor(Level);
        var length = compressor.Wrap(chunk.Span, room);
        return length < chunk.Length ? room.AsMemory(0, length) : chunk;
    }

    /// <summary>A chunk's bytes, with the hash that it is stored under.</summary>
    /// <exception cref="InvalidDataException">The chunk is damaged.</exception>
    public byte[] Restore(in StoredChunk stored)
    {
        if (stored.Size is <= 0 or > ContentChunks.Longest)
            throw new InvalidDataException("its length is damaged");
        var chunk = stored.Data.Length == stored.Size ? stored.Data.ToArray() : Decompress(stored);
        return ChunkHash.Of(chunk) == stored.Hash ? chunk : throw new InvalidDataException("its bytes do not have its hash");
    }

    public void Dispose()
    {
        compressor?.Dispose();
        decompressor?.Dispose();
    }

    private byte[] Decompress(in StoredChunk stored)
    {
        decompressor ??= new Decompressor();
        var chunk = new byte[stored.Size];
        try
        {
            return decompressor.Unwrap(stored.Data.Span, chunk) == chunk.Length ? chunk : throw new InvalidDataException("its compressed form is cut short");
        }
        catch (ZstdException e)
        {
            throw new InvalidDataException("its compressed form is damaged", e);
        }
    }
}
