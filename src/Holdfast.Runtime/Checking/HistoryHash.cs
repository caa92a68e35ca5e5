using Holdfast.Engine;

namespace Holdfast.Runtime.Checking;

/// <summary>A run's history in short: two histories with the same hash hold the same events, byte for byte.</summary>
/// <param name="Run">The run.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Sha256">64 hexadecimal digits.</param>
public sealed record HistoryHash(RunKey Run, int Events, string Sha256);
