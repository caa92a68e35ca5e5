using Holdfast.Storage.Payloads;
using Microsoft.Data.Sqlite;

namespace Holdfast.Storage.Sqlite.Payloads;

/// <summary>
/// Stores large journal rows as chunks, and deletes the chunks that nobody uses any longer, as part of the transaction that <see cref="CommitWriter"/> runs.
/// Who uses a chunk stands in the database alone, so a transaction that fails takes all of it back.
/// </summary>
internal sealed class ChunkWriter : IDisposable
{
    // Numbers of chunks that are known to be sound, so that each is looked at once: some 5 MB of them.
    private const int MaxSound = 200_000;

    private readonly ChunkCodec codec = new();
    private readonly RecentChunks recent;
    private readonly HashSet<long> sound = [];
    private readonly Statement findChunk;
    private readonly Statement mendChunk;
    private readonly Statement insertChunk;
    private readonly Statement use;
    private readonly Statement findUses;
    private readonly Statement endUses;
    private readonly Statement deleteUnused;

    public ChunkWriter(SqliteConnection connection, RecentChunks recent)
    {
        this.recent = recent;
        findChunk = new Statement(connection, "SELECT chunk_id, size, data FROM chunk WHERE hash = ?1");
        mendChunk = new Statement(connection, "UPDATE chunk SET size = ?2, data = ?3 WHERE chunk_id = ?1");
        insertChunk = new Statement(connection, "INSERT INTO chunk (hash, size, data) VALUES (?1, ?2, ?3) RETURNING chunk_id");
        use = new Statement(connection, "INSERT INTO chunk_use (entity_id, chunk_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
        findUses = new Statement(connection, "SELECT chunk_id FROM chunk_use WHERE entity_id = ?1");
        endUses = new Statement(connection, "DELETE FROM chunk_use WHERE entity_id = ?1");
        deleteUnused = new Statement(connection, "DELETE FROM chunk WHERE chunk_id = ?1 AND NOT EXISTS (SELECT 1 FROM chunk_use WHERE chunk_use.chunk_id = ?1)");
    }

    /// <summary>Stores the chunks of a row that suits, for an entity.</summary>
    /// <param name="cut">The row cut ahead, or null.</param>
    /// <returns>What the journal is to hold of the row.</returns>
    public byte[] Write(long entityId, ReadOnlyMemory<byte> row, CutRow? cut)
    {
        var chunks = new List<(long Number, ChunkHash Hash)>();
        foreach (var chunk in (cut ?? CutRow.Of(row)).Chunks)
        {
            var number = Find(chunk) ?? Insert(chunk);
            use.Bind(1, entityId).Bind(2, number).Execute();
            chunks.Add((number, chunk.Hash));
        }

        return ChunkedRow.Encode(row.Length, chunks);
    }

    /// <summary>
    /// The entity uses no chunk any longer, or only those that it is about to name anew. To be followed by <see cref="Collect"/> with what this returns.
    /// </summary>
    public List<long> EndUses(long entityId)
    {
        var used = new List<long>();
        findUses.Bind(1, entityId);
        try
        {
            while (findUses.Read())
                used.Add(findUses.Long(0));
        }
        finally
        {
            findUses.Reset();
        }

        if (used.Count > 0)
            endUses.Bind(1, entityId).Execute();
        return used;
    }

    /// <summary>Deletes those of the chunks that no entity uses.</summary>
    public void Collect(List<long> chunks)
    {
        foreach (var number in chunks)
        {
            // Its number may be given to the next chunk.
            sound.Remove(number);
            deleteUnused.Bind(1, number).Execute();
        }
    }

    /// <summary>To be called when the transaction failed.</summary>
    public void Undo() => sound.Clear();

    public void Dispose()
    {
        foreach (var statement in new[] { findChunk, mendChunk, insertChunk, use, findUses, endUses, deleteUnused })
            statement.Dispose();
        codec.Dispose();
    }

    private ReadOnlySpan<byte> Stored(in CutChunk chunk) => chunk.Compressed.IsEmpty ? codec.Compress(chunk.Bytes).Span : chunk.Compressed.Span;

    private long? Find(in CutChunk chunk)
    {
        Span<byte> key = stackalloc byte[ChunkHash.Size];
        chunk.Hash.Write(key);
        long number;
        findChunk.Bind(1, key);
        try
        {
            if (!findChunk.Read())
                return null;
            number = findChunk.Long(0);
            if (sound.Contains(number) || IsSound(new StoredChunk(chunk.Hash, findChunk.Int(1), findChunk.Blob(2).ToArray())))
                return Remember(number, chunk.Hash);
        }
        finally
        {
            findChunk.Reset();
        }

        // To refer to a damaged chunk would lose what is being written; here are its bytes, for all who refer to it already.
        mendChunk.Bind(1, number).Bind(2, chunk.Bytes.Length).Bind(3, Stored(chunk)).Execute();
        return Remember(number, chunk.Hash);
    }

    private long Insert(in CutChunk chunk)
    {
        Span<byte> key = stackalloc byte[ChunkHash.Size];
        chunk.Hash.Write(key);
        insertChunk.Bind(1, key).Bind(2, chunk.Bytes.Length).Bind(3, Stored(chunk));
        try
        {
            insertChunk.Read();
            return Remember(insertChunk.Long(0), chunk.Hash);
        }
        finally
        {
            insertChunk.Reset();
        }
    }

    private long Remember(long number, in ChunkHash hash)
    {
        recent.Add(hash);
        if (sound.Count >= MaxSound)
            sound.Clear();
        sound.Add(number);
        return number;
    }

    private bool IsSound(in StoredChunk stored)
    {
        try
        {
            codec.Restore(stored);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
