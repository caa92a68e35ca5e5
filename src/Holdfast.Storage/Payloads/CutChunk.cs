namespace Holdfast.Storage.Payloads;

/// <summary>A chunk of a row that is being stored.</summary>
/// <param name="Compressed">What is to be stored of it (<see cref="ChunkCodec.Compress"/>); empty when that is still to be found out.</param>
public readonly record struct CutChunk(ChunkHash Hash, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Compressed);
