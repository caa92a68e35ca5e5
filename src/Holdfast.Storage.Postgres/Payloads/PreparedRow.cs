using Holdfast.Storage.Payloads;

namespace Holdfast.Storage.Postgres.Payloads;

/// <summary>
/// A large journal row, ready to be written: what the journal is to hold of it, the numbers of its chunks, each once, and those of them that are still to be stored.
/// </summary>
internal sealed record PreparedRow(long EntityId, byte[] Stored, IReadOnlyList<long> Chunks, IReadOnlyList<(long Number, StoredChunk Chunk)> Created);
