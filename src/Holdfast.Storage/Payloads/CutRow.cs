namespace Holdfast.Storage.Payloads;

/// <summary>A large journal row, cut into chunks: the part of storing it that needs no database.</summary>
public sealed class CutRow
{
    /// <summary>
    /// Rows of this many bytes and more are cut before they come to the thread that writes for all: 20 MB take it a tenth of a second. Below it, to hand them over costs more
    /// than it saves.
    /// </summary>
    public const int FewestBytesAhead = 64 * 1024;

    private CutRow(IReadOnlyList<CutChunk> chunks) => Chunks = chunks;

    /// <summary>The chunks, in order.</summary>
    public IReadOnlyList<CutChunk> Chunks { get; }

    /// <summary>Cuts a row. Its bytes must stay as they are.</summary>
    public static CutRow Of(ReadOnlyMemory<byte> row) => new(Cut(row));

    /// <summary>Cuts a row and compresses the chunks that are not known to be stored already.</summary>
    public static CutRow Compressed(ReadOnlyMemory<byte> row, Func<ChunkHash, bool> isKnown)
    {
        var chunks = Cut(row);
        using var codec = new ChunkCodec();
        for (var i = 0; i < chunks.Count; i++)
        {
            if (!isKnown(chunks[i].Hash))
                chunks[i] = chunks[i] with { Compressed = codec.Compress(chunks[i].Bytes).ToArray() };
        }

        return new(chunks);
    }

    private static List<CutChunk> Cut(ReadOnlyMemory<byte> row)
    {
        var chunks = new List<CutChunk>();
        for (var rest = row; rest.Length > 0;)
        {
            var chunk = rest[..ContentChunks.First(rest.Span)];
            chunks.Add(new CutChunk(ChunkHash.Of(chunk.Span), chunk, default));
            rest = rest[chunk.Length..];
        }

        return chunks;
    }
}
