using Holdfast.Engine;

namespace Holdfast.Storage;

/// <summary>A closed run that owes nothing and whose journal is still as it was written.</summary>
public sealed record CompactableRun(long EntityId, RunKey Run);
