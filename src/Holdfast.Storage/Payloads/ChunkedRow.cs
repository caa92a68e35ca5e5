using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Holdfast.Storage.Payloads;

/// <summary>
/// What a store keeps of a large journal row in place of its bytes: which chunks make it up. Two bytes (0, which no plain row begins with, and the form, 2), the first 16 bytes of
/// the SHA-256 over the chunks' hashes, the length of the row, and the chunks' numbers; the length and the numbers as protobuf's variable-length integers.
/// </summary>
public sealed class ChunkedRow
{
    /// <summary>Rows of this many bytes and more are kept as chunks. Below it the rows of the chunks would take more room than sharing gives back.</summary>
    public const int FewestBytes = 8 * 1024;

    private const byte NotPlain = 0;
    private const byte Chunked = 2;
    private const int DigestSize = 16;
    private const int HeadSize = 2 + DigestSize;

    // Larger than any row that this server writes: a damaged length must not be taken for an order to allocate.
    private const int LongestRow = 512 * 1024 * 1024;

    private readonly UInt128 digest;
    private readonly int length;

    private ChunkedRow(UInt128 digest, int length, IReadOnlyList<long> chunks)
    {
        this.digest = digest;
        this.length = length;
        Chunks = chunks;
    }

    /// <summary>The numbers of the chunks, in order.</summary>
    public IReadOnlyList<long> Chunks { get; }

    /// <summary>Whether a row is to be kept as chunks. One that is compressed has nothing in common with others.</summary>
    public static bool Suits(ReadOnlySpan<byte> row) => row.Length >= FewestBytes && row[0] != NotPlain;

    /// <summary>Whether what is stored are the chunks of a row.</summary>
    public static bool IsAt(ReadOnlySpan<byte> stored) => stored.Length > HeadSize && stored[0] == NotPlain && stored[1] == Chunked;

    /// <summary>What to say of a run that uses a chunk without being registered as a user of it.</summary>
    public static string Unregistered(long number) =>
        $"it is not registered as a user of payload chunk {number}, so that the chunk may be deleted with another run.";

    /// <summary>The stored form of a row of these chunks.</summary>
    public static byte[] Encode(int length, IReadOnlyList<(long Number, ChunkHash Hash)> chunks)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        var stored = new ArrayBufferWriter<byte>(HeadSize + 5 + 4 * chunks.Count);
        var head = stored.GetSpan(HeadSize);
        head[0] = NotPlain;
        head[1] = Chunked;
        BinaryPrimitives.WriteUInt128BigEndian(head[2..], DigestOf(chunks.Select(chunk => chunk.Hash)));
        stored.Advance(HeadSize);
        Write(stored, (ulong)length);
        foreach (var (number, _) in chunks)
            Write(stored, (ulong)number);
        return stored.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ChunkedRow Decode(ReadOnlySpan<byte> stored)
    {
        var rest = stored[HeadSize..];
        var length = Read(ref rest);
        if (length is <= 0 or > LongestRow)
            throw new InvalidDataException("its length is damaged");
        var chunks = new List<long>((int)(length / ContentChunks.Shortest / 4) + 1);
        while (rest.Length > 0)
            chunks.Add(Read(ref rest));
        return new ChunkedRow(BinaryPrimitives.ReadUInt128BigEndian(stored[2..]), (int)length, chunks);
    }

    /// <summary>The row's bytes.</summary>
    /// <param name="find">A chunk by its number: its hash and its bytes, which have that hash.</param>
    /// <exception cref="InvalidDataException">The chunks are not those that the row was cut into.</exception>
    public byte[] Restore(Func<long, (ChunkHash Hash, byte[] Bytes)> find)
    {
        ArgumentNullException.ThrowIfNull(find);
        var row = new byte[length];
        var hashes = new List<ChunkHash>(Chunks.Count);
        var at = 0;
        foreach (var number in Chunks)
        {
            var (hash, bytes) = find(number);
            if (bytes.Length > length - at)
                throw new InvalidDataException("its chunks are longer than it is");
            bytes.CopyTo(row, at);
            at += bytes.Length;
            hashes.Add(hash);
        }

        return at == length && DigestOf(hashes) == digest ? row : throw new InvalidDataException("its chunks are not those that it was cut into");
    }

    private static UInt128 DigestOf(IEnumerable<ChunkHash> hashes)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[ChunkHash.Size];
        foreach (var hash in hashes)
        {
            hash.Write(bytes);
            sha.AppendData(bytes);
        }

        sha.GetHashAndReset(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static void Write(ArrayBufferWriter<byte> output, ulong number)
    {
        while (number >= 0x80)
        {
            output.Write([(byte)(number | 0x80)]);
            number >>= 7;
        }

        output.Write([(byte)number]);
    }

    private static long Read(ref ReadOnlySpan<byte> input)
    {
        var number = 0UL;
        for (var shift = 0; shift < 63 && input.Length > 0; shift += 7)
        {
            var next = input[0];
            input = input[1..];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)number;
        }

        throw new InvalidDataException("the list of its chunks is damaged");
    }
}
