using Google.Protobuf;

namespace Holdfast.Storage;

/// <summary>A run as read back: journal rows in order of sequence (1, 2, …) and its slots.</summary>
public sealed record StoredRun(IReadOnlyList<byte[]> Rows, IReadOnlyDictionary<string, ByteString> Slots);
