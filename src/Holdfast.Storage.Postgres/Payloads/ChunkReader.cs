using Holdfast.Engine;
using Holdfast.Storage.Payloads;
using Npgsql;

namespace Holdfast.Storage.Postgres.Payloads;

/// <summary>Puts large journal rows together again from their chunks.</summary>
internal static class ChunkReader
{
    // The chunks are fetched by a second statement, so a run that is compacted or deleted in between has none of them left. It is both at most once.
    private const int Attempts = 3;

    /// <summary>Reads again what changed while it was read.</summary>
    public static async ValueTask<T> AgainAsync<T>(Func<ValueTask<T>> read)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await read();
            }
            catch (DamagedRunException e) when (e.InnerException is InvalidDataException && attempt < Attempts)
            {
            }
        }
    }

    /// <summary>The rows' bytes, in place of what is stored of them.</summary>
    /// <exception cref="DamagedRunException">A row cannot be restored.</exception>
    public static async ValueTask RestoreAsync(
        Func<string, NpgsqlCommand> command, RunKey run, List<JournalRow> rows, CancellationToken cancellation)
    {
        if (!rows.Exists(row => ChunkedRow.IsAt(row.Records.Span)))
            return;

        try
        {
            var numbers = Chunks(rows);
            var chunks = await FetchAsync(command, numbers, cancellation);
            using var assembly = new ChunkAssembly();
            for (var i = 0; i < rows.Count; i++)
            {
                if (ChunkedRow.IsAt(rows[i].Records.Span))
                    rows[i] = rows[i] with { Records = assembly.Restore(rows[i].Sequence, rows[i].Records.Span, number => chunks.TryGetValue(number, out var chunk) ? chunk : null) };
            }
        }
        catch (InvalidDataException e)
        {
            throw new DamagedRunException(run, e.Message, e);
        }
    }

    /// <summary>The chunks that stored rows are made of. Those of a row that is damaged are left out.</summary>
    public static HashSet<long> Chunks(IEnumerable<JournalRow> stored)
    {
        var numbers = new HashSet<long>();
        foreach (var row in stored)
        {
            if (!ChunkedRow.IsAt(row.Records.Span))
                continue;
            try
            {
                numbers.UnionWith(ChunkedRow.Decode(row.Records.Span).Chunks);
            }
            catch (InvalidDataException)
            {
                // Told when the row itself is put together.
            }
        }

        return numbers;
    }

    private static async ValueTask<Dictionary<long, StoredChunk>> FetchAsync(
        Func<string, NpgsqlCommand> command, HashSet<long> numbers, CancellationToken cancellation)
    {
        await using var select = command("SELECT chunk_id, hash, size, data FROM chunk WHERE chunk_id = ANY ($1)");
        select.Parameters.Add(Transaction.Array(numbers));
        var found = new Dictionary<long, StoredChunk>(numbers.Count);
        await using var chunks = await select.ExecuteReaderAsync(cancellation);
        while (await chunks.ReadAsync(cancellation))
            found.Add(chunks.GetInt64(0), new StoredChunk(ChunkHash.Read(chunks.GetFieldValue<byte[]>(1)), chunks.GetInt32(2), chunks.GetFieldValue<byte[]>(3)));
        return found;
    }
}
