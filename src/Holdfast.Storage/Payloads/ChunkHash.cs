using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Holdfast.Storage.Payloads;

/// <summary>The SHA-256 of a chunk's bytes, which is what a chunk is found by: no other bytes can be made to have it.</summary>
public readonly record struct ChunkHash(UInt128 First, UInt128 Last)
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    public static ChunkHash Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return Read(hash);
    }

    /// <summary>From its bytes.</summary>
    /// <exception cref="InvalidDataException">There are not 32 of them.</exception>
    public static ChunkHash Read(ReadOnlySpan<byte> hash) => hash.Length == Size
        ? new ChunkHash(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]))
        : throw new InvalidDataException($"A hash of {hash.Length} bytes is none.");

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, First);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], Last);
    }

    public byte[] ToArray()
    {
        var hash = new byte[Size];
        Write(hash);
        return hash;
    }
}
