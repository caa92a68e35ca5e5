using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Holdfast.Server;
using Holdfast.Storage.Postgres;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Commands;

/// <summary>
/// <c>holdfast server start-dev</c>: a server for development, in memory unless it is given a file. Options have the names that
/// <c>temporal server start-dev</c> gives them.
/// </summary>
internal static class StartDevCommand
{
    private const int DashboardPortDistance = 1000;

    public static Command Create()
    {
        var ip = new Option<IPAddress>("--ip")
        {
            Description = "Address to listen on.",
            DefaultValueFactory = _ => IPAddress.Loopback,
            CustomParser = ParseAddress,
        };
        var port = Port("--port", "-p", "Port of the gRPC API.", 7233);
        var uiPort = new Option<int?>("--ui-port") { Description = "Port of the dashboard. [default: the gRPC port + 1000]" };
        uiPort.Validators.Add(CheckPort);
        var uiIp = new Option<IPAddress?>("--ui-ip") { Description = "Address of the dashboard. [default: --ip]", CustomParser = ParseAddress };
        var headless = new Option<bool>("--headless") { Description = "No dashboard." };
        var file = new Option<string?>("--db-filename", "-f") { Description = "Database file; without it everything is in memory and gone at the end." };
        var database = DatabaseOption();
        var durability = new Option<string>("--durability")
        {
            Description = "'full': what is acknowledged is on disk. 'relaxed': a crash of the machine may lose the last moments, never consistency.",
            DefaultValueFactory = _ => "full",
        };
        durability.AcceptOnlyFromAmong("full", "relaxed");
        var namespaces = new Option<string[]>("--namespace", "-n") { Description = "A namespace to make beside 'default'. May be repeated." };
        var searchAttributes = new Option<string[]>("--search-attribute") { Description = "A search attribute to register, as NAME=TYPE. May be repeated." };
        searchAttributes.Validators.Add(result => CheckEach(result, text => SearchAttribute(text) is null
            ? $"'{text}' is no search attribute: it must be NAME=TYPE, with TYPE one of {string.Join(", ", SearchAttributeTypes)}."
            : null));
        var dynamicConfig = new Option<string[]>("--dynamic-config-value") { Description = "A server setting, as KEY=JSON. Unknown keys are ignored. May be repeated." };
        dynamicConfig.Validators.Add(result => CheckEach(result, DynamicConfigProblem));
        var httpPort = new Option<int?>("--http-port") { Description = "Accepted for compatibility: the HTTP API is not part of this version.", Hidden = true };
        httpPort.Validators.Add(CheckPort);
        var logLevel = LogOptions.LevelOption("warn");
        var logFormat = LogOptions.FormatOption();

        var command = new Command("start-dev", "Run a server for development.")
        {
            ip, port, uiPort, uiIp, headless, file, database, durability, namespaces, searchAttributes, dynamicConfig, httpPort, logLevel, logFormat,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is not null && result.GetValue(database) is not null)
                result.AddError("--db-filename and --db exclude each other: the one is a file, the other a PostgreSQL database.");
        });
        foreach (var (name, arity) in WithoutEffect)
            command.Add(new Option<string[]>(name) { Hidden = true, Arity = arity, Description = "Accepted for compatibility, without effect." });
        command.SetAction((parsed, cancellation) =>
        {
            var address = parsed.GetRequiredValue(ip);
            var grpcPort = parsed.GetRequiredValue(port);
            return ServerProcess.RunAsync(
                new ServerSetup
                {
                    Address = address,
                    Port = grpcPort,
                    PortSetting = "--port",
                    DashboardPortSetting = "--ui-port",
                    Dashboard = parsed.GetValue(headless) ? null : new IPEndPoint(parsed.GetValue(uiIp) ?? address, parsed.GetValue(uiPort) ?? DefaultDashboardPort(grpcPort)),
                    Log = new LogOptions(parsed.GetRequiredValue(logLevel), parsed.GetRequiredValue(logFormat)),
                    Warnings = IPAddress.IsLoopback(address) ? [] : [$"Whoever reaches {address}:{grpcPort} may do everything: this server asks for no key and encrypts nothing."],
                    Configure = options =>
                    {
                        options.DataFile = parsed.GetValue(file);
                        options.Database = parsed.GetValue(database);
                        options.RelaxedDurability = parsed.GetValue(durability) == "relaxed";
                        foreach (var name in parsed.GetValue(namespaces) ?? [])
                            options.Namespaces.Add(name);
                        foreach (var text in parsed.GetValue(searchAttributes) ?? [])
                        {
                            var (name, type) = SearchAttribute(text)!.Value;
                            options.SearchAttributes[name] = type;
                        }

                        foreach (var text in parsed.GetValue(dynamicConfig) ?? [])
                            options.DynamicConfigValues[text[..text.IndexOf('=')]] = text[(text.IndexOf('=') + 1)..];
                    },
                },
                cancellation);
        });
        return command;
    }

    // Options of the other program's command that say nothing to this one: they are taken, so that scripts need no change.
    private static IEnumerable<(string Name, ArgumentArity Arity)> WithoutEffect =>
    [
        ("--ui-public-path", ArgumentArity.OneOrMore), ("--ui-asset-path", ArgumentArity.OneOrMore), ("--ui-codec-endpoint", ArgumentArity.OneOrMore),
        ("--metrics-port", ArgumentArity.OneOrMore), ("--sqlite-pragma", ArgumentArity.OneOrMore), ("--log-config", ArgumentArity.ZeroOrMore),
        ("--env", ArgumentArity.OneOrMore), ("--env-file", ArgumentArity.OneOrMore), ("--output", ArgumentArity.OneOrMore), ("--color", ArgumentArity.OneOrMore),
        ("--time-format", ArgumentArity.OneOrMore), ("--no-json-shorthand-payloads", ArgumentArity.ZeroOrMore), ("--command-timeout", ArgumentArity.OneOrMore),
        ("--client-connect-timeout", ArgumentArity.OneOrMore), ("--disable-config-file", ArgumentArity.ZeroOrMore), ("--disable-config-env", ArgumentArity.ZeroOrMore),
        ("--config-file", ArgumentArity.OneOrMore), ("--profile", ArgumentArity.OneOrMore),
    ];

    /// <summary><c>--db</c>. What it says may hold a password, so that no message repeats it.</summary>
    internal static Option<string?> DatabaseOption()
    {
        var option = new Option<string?>("--db") { Description = "PostgreSQL database, as postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require." };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && DatabaseProblem(token.Value) is { } problem)
                result.AddError($"--db: {problem}");
        });
        return option;
    }

    internal static string? DatabaseProblem(string text)
    {
        try
        {
            PostgresAddress.Parse(text);
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }

    internal static IReadOnlyList<string> SearchAttributeTypes { get; } =
        [.. Enum.GetValues<IndexedValueType>().Where(type => type != IndexedValueType.Unspecified).Select(type => type.ToString())];

    internal static IndexedValueType? SearchAttributeType(string name) =>
        SearchAttributeTypes.Contains(name, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<IndexedValueType>(name, ignoreCase: true) : null;

    private static (string Name, IndexedValueType Type)? SearchAttribute(string text) =>
        text.Split('=') is [{ Length: > 0 } name, var type] && SearchAttributeType(type) is { } known ? (name, known) : null;

    private static string? DynamicConfigProblem(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            return $"'{text}' is no setting: it must be KEY=JSON.";

        try
        {
            DynamicConfig.Read([new(text[..equals], text[(equals + 1)..])]);
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }

    private static Option<int> Port(string name, string alias, string description, int standard)
    {
        var option = new Option<int>(name, alias) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(CheckPort);
        return option;
    }

    private static void CheckPort(OptionResult result)
    {
        if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var port) && port is >= 0 and <= 65_535))
            result.AddError($"{result.Option.Name} '{token.Value}' is no port: it must be a number from 0 to 65535.");
    }

    private static void CheckEach(OptionResult result, Func<string, string?> problem)
    {
        foreach (var token in result.Tokens)
        {
            if (problem(token.Value) is { } found)
                result.AddError($"{result.Option.Name}: {found}");
        }
    }

    private static IPAddress? ParseAddress(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text == "localhost")
            return IPAddress.Loopback;
        if (IPAddress.TryParse(text, out var address))
            return address;
        result.AddError($"'{text}' is no IP address.");
        return null;
    }

    private static int DefaultDashboardPort(int grpcPort) => grpcPort is 0 or > 65_535 - DashboardPortDistance ? 0 : grpcPort + DashboardPortDistance;
}
