using Holdfast.Engine;
using Holdfast.Storage.Payloads;
using Microsoft.Data.Sqlite;

namespace Holdfast.Storage.Sqlite.Payloads;

/// <summary>Puts large journal rows together again from their chunks, within the transaction that the run is read in.</summary>
internal sealed class ChunkReader : IDisposable
{
    private readonly ChunkAssembly assembly = new();
    private readonly Statement findChunk;
    private readonly Statement findUses;

    public ChunkReader(SqliteConnection connection)
    {
        findChunk = new Statement(connection, "SELECT hash, size, data FROM chunk WHERE chunk_id = ?1");
        findUses = new Statement(connection, "SELECT chunk_id FROM chunk_use WHERE entity_id = ?1");
    }

    /// <summary>The bytes of a row that is stored as chunks.</summary>
    /// <exception cref="DamagedRunException">They cannot be restored.</exception>
    public byte[] Restore(RunKey run, long sequence, ReadOnlySpan<byte> stored)
    {
        try
        {
            return assembly.Restore(sequence, stored, Find);
        }
        catch (InvalidDataException e)
        {
            throw new DamagedRunException(run, e.Message, e);
        }
    }

    /// <summary>Whether an entity is registered as a user of all chunks that its rows are made of.</summary>
    /// <exception cref="DamagedRunException">It is not.</exception>
    public void CheckUses(RunKey run, long entityId)
    {
        var unregistered = assembly.Restored.ToHashSet();
        findUses.Bind(1, entityId);
        try
        {
            while (findUses.Read())
                unregistered.Remove(findUses.Long(0));
        }
        finally
        {
            findUses.Reset();
        }

        if (unregistered.Count > 0)
            throw new DamagedRunException(run, ChunkedRow.Unregistered(unregistered.Min()));
    }

    /// <summary>Forgets the chunks of the run that was read.</summary>
    public void Clear() => assembly.Clear();

    public void Dispose()
    {
        findChunk.Dispose();
        findUses.Dispose();
        assembly.Dispose();
    }

    private StoredChunk? Find(long number)
    {
        findChunk.Bind(1, number);
        try
        {
            return findChunk.Read() ? new StoredChunk(ChunkHash.Read(findChunk.Blob(0)), findChunk.Int(1), findChunk.Blob(2).ToArray()) : null;
        }
        finally
        {
            findChunk.Reset();
        }
    }
}
