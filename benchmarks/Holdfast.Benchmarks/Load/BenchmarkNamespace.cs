namespace Holdfast.Benchmarks.Load;

/// <summary>The namespace that every development server has from its start.</summary>
internal static class BenchmarkNamespace
{
    public const string Name = "default";
}
