using System.CommandLine;
using Holdfast.Storage.Inspection;
using Holdfast.Storage.Postgres;
using Holdfast.Storage.Sqlite;

namespace Holdfast.Commands;

/// <summary>Which database a command that needs no server works on: a file, or a PostgreSQL database.</summary>
internal sealed class DatabaseOptions
{
    private DatabaseOptions()
    {
    }

    public Option<string?> File { get; } = new("--db-filename", "-f") { Description = "The database file." };

    public Option<string?> Database { get; } = StartDevCommand.DatabaseOption();

    /// <summary>The options, as part of a command of which exactly one of them must be given.</summary>
    public static DatabaseOptions Create() => new();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(File);
        command.Add(Database);
        command.Validators.Add(result =>
        {
            if (result.GetValue(File) is null == result.GetValue(Database) is null)
                result.AddError("Name the database: either --db-filename, or --db for PostgreSQL.");
        });
    }

    /// <summary>Opens the database to look through it.</summary>
    /// <exception cref="Holdfast.Storage.StoreUnusableException">It cannot be opened.</exception>
    public async ValueTask<IStoreInspection> InspectAsync(ParseResult parsed, CancellationToken cancellation) => parsed.GetValue(Database) is { } database
        ? await PostgresInspection.OpenAsync(PostgresAddress.Parse(database), cancellation)
        : SqliteInspection.Open(parsed.GetValue(File)!);
}
