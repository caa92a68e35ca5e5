namespace Holdfast.EndToEnd.Tests.Programs;

/// <summary>Where things are in the source tree that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The configuration (Debug, Release) of this build: programs are taken from the same one.</summary>
    private static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>The executable of a project under src/, or what an environment variable names instead.</summary>
    public static string Executable(string project, string name, string environmentVariable)
    {
        var path = Environment.GetEnvironmentVariable(environmentVariable) is { Length: > 0 } given
            ? Path.GetFullPath(given)
            : Path.Combine(Root, "src", project, "bin", Configuration, "net10.0", name);
        Assert.True(File.Exists(path), $"There is no {path}. Build src/{project} in the {Configuration} configuration, or name another executable in {environmentVariable}.");
        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Holdfast.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No Holdfast.slnx above {AppContext.BaseDirectory}: these tests run from within the repository.");
    }
}
