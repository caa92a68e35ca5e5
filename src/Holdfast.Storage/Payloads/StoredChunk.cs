namespace Holdfast.Storage.Payloads;

/// <summary>A chunk as it lies in a store: <paramref name="Data"/> is a zstd frame, or the bytes themselves when it is of their <paramref name="Size"/>.</summary>
public readonly record struct StoredChunk(ChunkHash Hash, int Size, ReadOnlyMemory<byte> Data);
