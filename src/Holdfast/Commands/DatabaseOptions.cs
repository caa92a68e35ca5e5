using System.CommandLine;
using Holdfast.Storage.Inspection;
using Holdfast.Storage.Sqlite;

namespace Holdfast.Commands;

/// <summary>Which database a command that needs no server works on.</summary>
internal sealed class DatabaseOptions
{
    private DatabaseOptions()
    {
    }

    public Option<string> File { get; } = new("--db-filename", "-f") { Description = "The database file.", Required = true };

    public static DatabaseOptions Create() => new();

    /// <summary>Opens the database to look through it.</summary>
    /// <exception cref="Holdfast.Storage.StoreUnusableException">It cannot be opened.</exception>
    public IStoreInspection Inspect(ParseResult parsed) => SqliteInspection.Open(parsed.GetRequiredValue(File));
}
