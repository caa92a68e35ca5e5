using System.Reflection;

namespace Holdfast.Storage.Postgres;

/// <summary>The numbered steps that make the schema what this program expects; number N leads from version N-1 to N.</summary>
internal static class Migrations
{
    /// <summary>SQL texts; the first is number 1.</summary>
    public static IReadOnlyList<string> All { get; } = MigrationTexts.Load(Assembly.GetExecutingAssembly(), "Holdfast.Storage.Postgres.Migrations.");

    public static int Latest => All.Count;
}
