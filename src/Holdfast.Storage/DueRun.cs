using Holdfast.Engine;

namespace Holdfast.Storage;

/// <summary>A run that needs looking at: now (<paramref name="Owes"/>) or at <paramref name="WakeAt"/>.</summary>
public sealed record DueRun(long EntityId, RunKey Run, bool Owes, DateTime? WakeAt);
