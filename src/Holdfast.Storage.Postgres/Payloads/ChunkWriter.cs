using Holdfast.Storage.Payloads;
using Npgsql;

namespace Holdfast.Storage.Postgres.Payloads;

/// <summary>Finds the chunks of large journal rows that are stored already, and numbers the others. Used by one thread at a time.</summary>
internal sealed class ChunkWriter
{
    // As in the migration.
    private const int NumbersPerBlock = 1000;

    private long nextNumber;
    private long endOfBlock;

    /// <summary>
    /// The stored form of each of the rows. That chunks are looked up in an earlier transaction does no harm: whoever may write here is the only one who
    /// deletes, and does it behind the commit's own uses.
    /// </summary>
    public List<PreparedRow> Prepare(NpgsqlConnection open, List<(long EntityId, ReadOnlyMemory<byte> Row)> rows)
    {
        var cuts = rows.ConvertAll(row => Cut(row.Row));
        var bytes = new Dictionary<ChunkHash, ReadOnlyMemory<byte>>();
        foreach (var (hash, chunk) in cuts.SelectMany(cut => cut))
            bytes[hash] = chunk;
        var numbers = LookUp(open, [.. bytes.Keys]);
        using var codec = new ChunkCodec();
        var prepared = new List<PreparedRow>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var created = new List<(long Number, StoredChunk Chunk)>();
            foreach (var (hash, chunk) in cuts[i])
            {
                if (numbers.ContainsKey(hash))
                    continue;
                var number = numbers[hash] = NextNumber(open);
                created.Add((number, new StoredChunk(hash, chunk.Length, codec.Compress(chunk).ToArray())));
            }

            var stored = ChunkedRow.Encode(rows[i].Row.Length, cuts[i].ConvertAll(chunk => (numbers[chunk.Hash], chunk.Hash)));
            prepared.Add(new PreparedRow(rows[i].EntityId, stored, [.. cuts[i].Select(chunk => numbers[chunk.Hash]).Distinct()], created));
        }

        return prepared;
    }

    private static List<(ChunkHash Hash, ReadOnlyMemory<byte> Chunk)> Cut(ReadOnlyMemory<byte> row)
    {
        var chunks = new List<(ChunkHash Hash, ReadOnlyMemory<byte> Chunk)>();
        for (var rest = row; rest.Length > 0;)
        {
            var chunk = rest[..ContentChunks.First(rest.Span)];
            chunks.Add((ChunkHash.Of(chunk.Span), chunk));
            rest = rest[chunk.Length..];
        }

        return chunks;
    }

    private static Dictionary<ChunkHash, long> LookUp(NpgsqlConnection open, List<ChunkHash> hashes)
    {
        using var select = new NpgsqlCommand("SELECT hash, chunk_id FROM chunk WHERE hash = ANY ($1)", open);
        select.Parameters.Add(Transaction.Array(hashes.Select(hash => (ReadOnlyMemory<byte>)hash.ToArray())));
        var numbers = new Dictionary<ChunkHash, long>(hashes.Count);
        using var rows = select.ExecuteReader();
        while (rows.Read())
            numbers.Add(ChunkHash.Read(rows.GetFieldValue<byte[]>(0)), rows.GetInt64(1));
        return numbers;
    }

    private long NextNumber(NpgsqlConnection open)
    {
        if (nextNumber == endOfBlock)
        {
            using var take = new NpgsqlCommand("SELECT nextval('chunk_block')", open);
            nextNumber = (long)take.ExecuteScalar()! * NumbersPerBlock;
            endOfBlock = nextNumber + NumbersPerBlock;
        }

        return nextNumber++;
    }
}
