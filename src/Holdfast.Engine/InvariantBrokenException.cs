namespace Holdfast.Engine;

/// <summary>A broken invariant: a bug in the server, never a caller's mistake.</summary>
public sealed class InvariantBrokenException(string what) : Exception($"Invariant broken: {what}");
