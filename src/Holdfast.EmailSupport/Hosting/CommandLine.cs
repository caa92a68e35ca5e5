using System.CommandLine;
using System.CommandLine.Parsing;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>The flags of the application.</summary>
internal static class CommandLine
{
    /// <summary>Parses the flags and runs. Bad flags: one line on standard error for each, and exit code 1.</summary>
    /// <param name="input">Where the commands that need a secret read it; null: the program's standard input.</param>
    /// <param name="output">Where commands write what was asked for; null: standard output.</param>
    /// <param name="error">Where they say what is wrong; null: standard error.</param>
    public static Task<int> RunAsync(
        string[] args, Func<StartOptions, CancellationToken, Task<int>> run, TextReader? input = null, TextWriter? output = null, TextWriter? error = null)
    {
        var data = new Option<string>("--data")
        {
            Description = "Folder for everything: database, settings (holdfast.json), mail/inbox, mail/outbox, mail/rejected.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "./data",
        };
        var port = new Option<int>("--port")
        {
            Description = "Port of the server (gRPC), for workers and clients of your own; 0 takes a free one.",
            HelpName = "PORT",
            DefaultValueFactory = _ => 7233,
        };
        var uiPort = new Option<int>("--ui-port")
        {
            Description = "Port of the dashboard; 0 takes a free one.",
            HelpName = "PORT",
            DefaultValueFactory = _ => 8233,
        };
        var samples = new Option<bool>("--samples") { Description = "Put some sample e-mails into the inbox." };
        var target = new Option<string?>("--target")
        {
            Description = "Use the Temporal-compatible server at HOST:PORT and host none.",
            HelpName = "HOST:PORT",
        };
        data.Validators.Add(result => NotEmpty(result, data));
        port.Validators.Add(result => IsPort(result, port));
        uiPort.Validators.Add(result => IsPort(result, uiPort));
        target.Validators.Add(result => IsTarget(result, target));

        var root = new RootCommand("Answers support e-mail: classify, draft, ask a person if need be, send.") { data, port, uiPort, samples, target };
        root.Add(new KeyCommands(input ?? Console.In, output ?? Console.Out, error ?? Console.Error).Build());
        root.SetAction((parsed, cancellationToken) => run(
            new(
                Path.GetFullPath(parsed.GetValue(data)!),
                parsed.GetValue(port),
                parsed.GetValue(uiPort),
                parsed.GetValue(samples),
                parsed.GetValue(target)),
            cancellationToken));

        var result = root.Parse(args);
        if (result.Errors.Count == 0)
        {
            // The host stops in order at SIGTERM and SIGINT by itself; the parser's own limit would cut it short.
            return result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
        }

        foreach (var wrong in result.Errors)
            (error ?? Console.Error).WriteLine($"error: {wrong.Message} Run with --help to see the flags.");
        return Task.FromResult(1);
    }

    private static void NotEmpty(OptionResult result, Option<string> option)
    {
        if (string.IsNullOrWhiteSpace(result.GetValueOrDefault<string>()))
            result.AddError($"{option.Name} needs a folder.");
    }

    private static void IsPort(OptionResult result, Option<int> option)
    {
        if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var port) || port is < 0 or > 65535))
            result.AddError($"{option.Name} needs a number from 0 to 65535.");
    }

    private static void IsTarget(OptionResult result, Option<string?> option)
    {
        var value = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        var colon = value.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(value[(colon + 1)..], out var port) || port is < 1 or > 65535 || value.Contains('/', StringComparison.Ordinal))
            result.AddError($"{option.Name} needs HOST:PORT, such as 127.0.0.1:7233.");
    }
}
