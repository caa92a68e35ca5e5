using System.Globalization;
using System.Reflection;

namespace Holdfast.Storage;

/// <summary>The numbered migrations of a store, from the files that its assembly carries.</summary>
public static class MigrationTexts
{
    /// <summary>The texts in the order of their numbers; the first is number 1, which leads from an empty database to version 1.</summary>
    /// <param name="folder">What the resources' names begin with, before the four digits of the number.</param>
    /// <exception cref="InvalidOperationException">A number is missing, or there twice.</exception>
    public static IReadOnlyList<string> Load(Assembly assembly, string folder)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var texts = new List<string>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var number = int.Parse(name.AsSpan(folder.Length, 4), CultureInfo.InvariantCulture);
            if (number != texts.Count + 1)
                throw new InvalidOperationException($"Migration {name} should be number {texts.Count + 1}.");
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            texts.Add(reader.ReadToEnd());
        }

        return texts;
    }
}
