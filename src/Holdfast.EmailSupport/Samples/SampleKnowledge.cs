using System.Reflection;

namespace Holdfast.EmailSupport.Samples;

/// <summary>Some Markdown files about a made-up product, to see how replies are drawn from a team's knowledge.</summary>
internal static class SampleKnowledge
{
    private const string Resources = "Knowledge/";

    /// <summary>Writes the files, unless there is a folder already: what is in it is the team's.</summary>
    public static void Write(string folder)
    {
        if (Directory.Exists(folder))
            return;

        Directory.CreateDirectory(folder);
        foreach (var (name, text) in All())
            File.WriteAllText(Path.Combine(folder, name), text);
    }

    public static IEnumerable<(string Name, string Text)> All()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            yield return (resource[Resources.Length..], reader.ReadToEnd());
        }
    }
}
