namespace Holdfast.Benchmarks.Report;

/// <summary>Cold start to the first answered call, and the memory that a server without work holds.</summary>
internal sealed record StartFigures(IReadOnlyList<double> ColdStartsMs, double MedianColdStartMs, double IdleResidentMegabytes);
