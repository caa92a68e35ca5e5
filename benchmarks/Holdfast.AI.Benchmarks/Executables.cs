using Holdfast.Benchmarks;

namespace Holdfast.AI.Benchmarks;

/// <summary>The programs that are measured.</summary>
internal static class Executables
{
    /// <summary>The one that was given, or the Release build of a project of this checkout.</summary>
    public static string Find(string? given, string project, string name)
    {
        var path = given ?? Path.Combine("src", project, "bin", "Release", "net10.0", name);
        return File.Exists(path)
            ? Path.GetFullPath(path)
            : throw new BenchmarkException($"There is no {path}. Run this from the root of the checkout, after: dotnet build src/{project} -c Release");
    }
}
