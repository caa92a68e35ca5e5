using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Commands;
using Holdfast.Server;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Configuration;

/// <summary>
/// The configuration of <c>holdfast server start</c>: every setting, what it may be, and what it is when it is not given. A setting that is
/// not known is an error: a misspelt <c>apiKeys</c> must not open the server to everybody.
/// </summary>
internal sealed class ServerConfiguration
{
    private const string EnvironmentPrefix = "HOLDFAST__";

    private static readonly string[] Settings =
    [
        "database:file", "database:url", "database:durability", "grpc:address", "grpc:port", "grpc:allowPlaintext", "tls:certificate", "tls:key", "dashboard:address", "dashboard:port",
        "retention", "log:level", "log:format",
    ];

    private static readonly string[] Sections = ["namespaces", "searchAttributes", "apiKeys", "limits"];

    private readonly IConfiguration configuration;

    private ServerConfiguration(IConfiguration configuration) => this.configuration = configuration;

    /// <summary>Reads the file, if there is one, and the environment over it.</summary>
    /// <param name="database">A PostgreSQL database that wins over any that the configuration names.</param>
    /// <exception cref="ConfigurationException">Something is wrong with it.</exception>
    public static ServerSetup Read(FileInfo? file, string? database = null)
    {
        if (file is { Exists: false })
            throw new ConfigurationException($"the configuration file {file.FullName} does not exist.");

        var builder = new ConfigurationBuilder();
        if (file is not null)
            builder.AddJsonFile(file.FullName, optional: false, reloadOnChange: false);
        builder.AddEnvironmentVariables(EnvironmentPrefix);
        try
        {
            return new ServerConfiguration(builder.Build()).ToSetup(database);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"the configuration file {file!.FullName} cannot be read: {wrong.InnerException?.Message ?? wrong.Message}");
        }
    }

    private ServerSetup ToSetup(string? givenDatabase)
    {
        RefuseUnknownSettings();
        var database = givenDatabase ?? Text("database:url");
        var databaseFile = givenDatabase is null ? Text("database:file") : null;
        if (database is null && databaseFile is null)
        {
            throw new ConfigurationException(
                "neither database:file nor database:url is set. Name the database file, in the configuration or as HOLDFAST__DATABASE__FILE, or a PostgreSQL database, there or with --db.");
        }

        if (database is not null && databaseFile is not null)
            throw new ConfigurationException("database:file and database:url are both set. Choose one of them.");
        if (database is not null && StartDevCommand.DatabaseProblem(database) is { } wrongDatabase)
            throw new ConfigurationException($"database:url: {wrongDatabase}");
        var address = Address("grpc:address") ?? IPAddress.Loopback;
        var certificate = Certificate();
        if (!IPAddress.IsLoopback(address) && certificate is null && !Flag("grpc:allowPlaintext"))
        {
            throw new ConfigurationException(
                $"grpc:address {address} can be reached from other machines, but there is no TLS certificate. Set tls:certificate and tls:key, or grpc:allowPlaintext to true where the network itself is safe.");
        }

        var keys = Items("apiKeys");
        foreach (var key in keys)
        {
            if (key.Length != SHA256.HashSizeInBytes * 2 || !key.All(char.IsAsciiHexDigit))
                throw new ConfigurationException("apiKeys holds something that is no SHA-256: each must be 64 hexadecimal digits, the hash of a key and not the key itself.");
        }

        var dashboardPort = Port("dashboard:port");
        if (dashboardPort is not null && (keys.Count > 0 || certificate is not null))
            throw new ConfigurationException("dashboard:port cannot be combined with apiKeys or tls: the dashboard has no key and would open to everybody what they close.");
        var dashboardAddress = Address("dashboard:address") ?? IPAddress.Loopback;
        if (dashboardPort is not null && !IPAddress.IsLoopback(dashboardAddress) && !Flag("grpc:allowPlaintext"))
            throw new ConfigurationException($"dashboard:address {dashboardAddress} can be reached from other machines. Use a loopback address, or set grpc:allowPlaintext to true where the network itself is safe.");

        var limits = Pairs("limits");
        try
        {
            DynamicConfig.Read(limits);
        }
        catch (FormatException wrong)
        {
            throw new ConfigurationException(wrong.Message);
        }

        var relaxed = Text("database:durability") switch
        {
            null or "full" => false,
            "relaxed" => true,
            var other => throw new ConfigurationException($"database:durability '{other}' is neither full nor relaxed."),
        };
        var retention = Duration("retention") ?? TimeSpan.FromDays(3);
        var namespaces = Items("namespaces");
        var searchAttributes = Pairs("searchAttributes").Select(pair => KeyValuePair.Create(pair.Key, SearchAttributeType(pair))).ToList();
        var log = new LogOptions(Text("log:level") ?? "info", Text("log:format") ?? "text");
        if (log.Problem() is { } problem)
            throw new ConfigurationException($"{problem}.");

        return new ServerSetup
        {
            Address = address,
            Port = Port("grpc:port") ?? 7233,
            PortSetting = "grpc:port",
            DashboardPortSetting = "dashboard:port",
            Dashboard = dashboardPort is { } port ? new IPEndPoint(dashboardAddress, port) : null,
            Log = log,
            Warnings = IPAddress.IsLoopback(address) || keys.Count > 0 ? [] : [$"Whoever reaches {address} may do everything: there are no apiKeys."],
            Configure = options =>
            {
                options.DataFile = databaseFile;
                options.Database = database;
                options.RelaxedDurability = relaxed;
                options.Certificate = certificate;
                options.Retention = retention;
                if (namespaces.Count > 0)
                    options.Namespaces.Clear();
                options.Namespaces.UnionWith(namespaces);
                options.ApiKeyHashes.UnionWith(keys);
                foreach (var (name, type) in searchAttributes)
                    options.SearchAttributes[name] = type;
                foreach (var (name, value) in limits)
                    options.DynamicConfigValues[name] = value;
            },
        };
    }

    private void RefuseUnknownSettings()
    {
        foreach (var (key, value) in configuration.AsEnumerable())
        {
            var isKnown = Settings.Contains(key, StringComparer.OrdinalIgnoreCase)
                || (value is null && Settings.Any(setting => setting.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)))
                || Sections.Any(section => key.Equals(section, StringComparison.OrdinalIgnoreCase) || key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase));
            if (!isKnown)
                throw new ConfigurationException($"the setting '{key}' is not known. Known are {string.Join(", ", Settings.Concat(Sections))}.");
        }
    }

    private X509Certificate2? Certificate()
    {
        var certificate = Text("tls:certificate");
        var key = Text("tls:key");
        if (certificate is null && key is null)
            return null;
        if (certificate is null || key is null)
            throw new ConfigurationException("tls:certificate and tls:key belong together: set both, each the path of a PEM file.");

        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception wrong) when (wrong is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"the TLS certificate {certificate} with the key {key} cannot be used: {wrong.Message}");
        }
    }

    private string? Text(string setting) => configuration[setting] is { Length: > 0 } text ? text : null;

    private int? Port(string setting) => Text(setting) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65_535 => port,
        var text => throw new ConfigurationException($"{setting} '{text}' is no port: it must be a number from 0 to 65535."),
    };

    private IPAddress? Address(string setting) => Text(setting) switch
    {
        null => null,
        "localhost" => IPAddress.Loopback,
        var text when IPAddress.TryParse(text, out var address) => address,
        var text => throw new ConfigurationException($"{setting} '{text}' is no IP address."),
    };

    private bool Flag(string setting) => Text(setting) switch
    {
        null => false,
        var text when bool.TryParse(text, out var flag) => flag,
        var text => throw new ConfigurationException($"{setting} '{text}' is neither true nor false."),
    };

    private TimeSpan? Duration(string setting) => Text(setting) switch
    {
        null => null,
        var text when Durations.Parse(text) is { } duration && duration > TimeSpan.Zero => duration,
        var text => throw new ConfigurationException($"{setting} '{text}' is no duration: write it as 3d, 12h or 90m."),
    };

    private List<string> Items(string section) =>
        [.. configuration.GetSection(section).GetChildren().Select(child => child.Value ?? throw new ConfigurationException($"{section} must be a list of texts."))];

    // Names of limits hold dots, which configuration leaves alone.
    private List<KeyValuePair<string, string>> Pairs(string section) =>
        [.. configuration.GetSection(section).GetChildren().Select(child => KeyValuePair.Create(child.Key, child.Value ?? throw new ConfigurationException($"{section}:{child.Key} must be one value.")))];

    private static IndexedValueType SearchAttributeType(KeyValuePair<string, string> pair) =>
        StartDevCommand.SearchAttributeType(pair.Value)
        ?? throw new ConfigurationException($"searchAttributes:{pair.Key} '{pair.Value}' is no type: it must be one of {string.Join(", ", StartDevCommand.SearchAttributeTypes)}.");
}
