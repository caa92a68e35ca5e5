using System.Globalization;
using System.Reflection;

namespace Holdfast.Storage.Postgres;

/// <summary>The numbered steps that make the schema what this program expects; number N leads from version N-1 to N.</summary>
internal static class Migrations
{
    private const string Folder = "Holdfast.Storage.Postgres.Migrations.";

    /// <summary>SQL texts; the first is number 1.</summary>
    public static IReadOnlyList<string> All { get; } = Load();

    public static int Latest => All.Count;

    private static List<string> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        var texts = new List<string>();
        foreach (var name in names)
        {
            var number = int.Parse(name.AsSpan(Folder.Length, 4), CultureInfo.InvariantCulture);
            if (number != texts.Count + 1)
                throw new InvalidOperationException($"Migration {name} should be number {texts.Count + 1}.");
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            texts.Add(reader.ReadToEnd());
        }

        return texts;
    }
}
