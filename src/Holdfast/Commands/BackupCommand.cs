using System.CommandLine;
using Holdfast.Storage;
using Holdfast.Storage.Sqlite;

namespace Holdfast.Commands;

/// <summary><c>holdfast backup</c>: copies a database while a server uses it.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var database = new Option<string>("--db-filename", "-f") { Description = "The database file.", Required = true };
        var copy = new Argument<string>("FILE") { Description = "The copy to write; it must not exist." };
        var command = new Command("backup", "Copy a database as it is at one instant. A server may use it meanwhile.") { database, copy };
        command.SetAction(async (parsed, _) =>
        {
            try
            {
                var file = parsed.GetRequiredValue(copy);
                var bytes = SqliteBackup.Write(parsed.GetRequiredValue(database), file);
                await Console.Out.WriteLineAsync($"{file}: {bytes} bytes. 'holdfast check --db-filename {file}' says whether it is good.");
                return ExitCodes.Success;
            }
            catch (StoreUnusableException wrong)
            {
                await Console.Error.WriteLineAsync($"holdfast: {wrong.Message}");
                return ExitCodes.Failure;
            }
        });
        return command;
    }
}
