namespace Holdfast.Simulation;

/// <summary>What came of one seed.</summary>
/// <param name="Violation">The first promise that was broken; null for none.</param>
/// <param name="Hash">Equal for two runs that went the same way.</param>
/// <param name="Log">The last that was told before the end.</param>
internal sealed record SimulationResult(int Seed, string? Violation, ulong Hash, long Steps, int Runs, int Facts, IReadOnlyCollection<string> Log);
