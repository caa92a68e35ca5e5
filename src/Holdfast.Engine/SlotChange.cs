using Google.Protobuf;

namespace Holdfast.Engine;

/// <summary>Sets a slot of a run, or clears it when <paramref name="Value"/> is null.</summary>
public sealed record SlotChange(string Name, ByteString? Value);
