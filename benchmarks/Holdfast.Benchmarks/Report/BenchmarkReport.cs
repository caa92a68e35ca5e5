using Holdfast.Benchmarks.Machine;

namespace Holdfast.Benchmarks.Report;

/// <summary>Everything one call of the benchmark found out.</summary>
internal sealed record BenchmarkReport(
    MachineDescription Machine, string Durability, string Client, StartFigures? Start, IReadOnlyList<ScenarioFigures> Scenarios);
