using System.CommandLine;
using System.Globalization;

namespace Holdfast.Commands;

/// <summary>The command line of the executable. It follows <c>temporal</c>, so that what starts that program can start this one.</summary>
internal static class HoldfastCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length > 0 && ushort.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            await Console.Error.WriteLineAsync(
                "holdfast: the time-skipping test server (holdfast PORT) is not part of this version. Use 'holdfast server start-dev --port PORT', whose time is real.");
            return ExitCodes.Usage;
        }

        var root = new RootCommand("A durable execution server that speaks Temporal's protocol.")
        {
            new Command("server", "Run a server.") { StartDevCommand.Create(), StartCommand.Create() },
            CheckCommand.Create(),
            BackupCommand.Create(),
            ExportCommand.Create(),
            ImportCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors is [var first, ..])
        {
            await Console.Error.WriteLineAsync($"holdfast: {first.Message} See 'holdfast {CommandPath(parsed)}--help'.");
            return ExitCodes.Usage;
        }

        // The host has its own way with SIGTERM and SIGINT: it answers open polls before it stops.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static string CommandPath(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var command = parsed.CommandResult; command?.Parent is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(command.Command.Name);
        return string.Concat(names.Select(name => name + " "));
    }
}
