using System.CommandLine;
using Holdfast.Configuration;

namespace Holdfast.Commands;

/// <summary><c>holdfast server start</c>: a server for production, from a configuration file and environment variables.</summary>
internal static class StartCommand
{
    public static Command Create()
    {
        var file = new Option<FileInfo?>("--config") { Description = "The configuration, a JSON file. Environment variables HOLDFAST__… win over it." };
        var database = StartDevCommand.DatabaseOption();
        var command = new Command("start", "Run a server for production.") { file, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            ServerSetup setup;
            try
            {
                setup = ServerConfiguration.Read(parsed.GetValue(file), parsed.GetValue(database));
            }
            catch (ConfigurationException wrong)
            {
                await Console.Error.WriteLineAsync($"holdfast: {wrong.Message}");
                return ExitCodes.Usage;
            }

            return await ServerProcess.RunAsync(setup, cancellation);
        });
        return command;
    }
}
