using System.Globalization;
using Npgsql;

namespace Holdfast.Storage.Postgres;

/// <summary>
/// Where the database is and how to get in: a URL (<c>postgres://user:password@host:port/database?sslmode=require</c>) or Npgsql's own form
/// (<c>Host=…;Database=…;Username=…</c>). As text it shows host, port and database, never what opens them.
/// </summary>
public sealed class PostgresAddress
{
    private const int DefaultPort = 5432;

    // Long enough for a busy server far away, short enough for callers who wait to be told that there is none.
    private const int ConnectTimeoutSeconds = 5;

    private const string DefaultSchema = "holdfast";

    private PostgresAddress(NpgsqlConnectionStringBuilder settings)
    {
        if (!settings.ContainsKey("Timeout"))
            settings.Timeout = ConnectTimeoutSeconds;
        if (string.IsNullOrWhiteSpace(settings.SearchPath))
            settings.SearchPath = DefaultSchema;
        settings.PersistSecurityInfo = false;
        Settings = settings;
    }

    /// <summary>The schema that holds the tables.</summary>
    public string Schema => Settings.SearchPath!.Split(',')[0].Trim().Trim('"');

    public string Database => Settings.Database ?? Settings.Username ?? "";

    public string User => Settings.Username ?? "";

    internal NpgsqlConnectionStringBuilder Settings { get; }

    /// <summary>Whether a text looks like an address of PostgreSQL rather than, say, a file's name.</summary>
    public static bool IsAddress(string text) =>
        IsUrl(text) || text.Contains("Host=", StringComparison.OrdinalIgnoreCase) || text.Contains("Server=", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="FormatException">Says what is wrong without showing the text, which may hold a password.</exception>
    public static PostgresAddress Parse(string text)
    {
        try
        {
            var settings = IsUrl(text) ? FromUrl(text) : new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrEmpty(settings.Host))
                throw new FormatException("The address of PostgreSQL names no host, as in postgres://user:password@host:5432/database.");
            return new PostgresAddress(settings);
        }
        catch (ArgumentException e)
        {
            // Npgsql's texts name the keyword and not its value.
            throw new FormatException($"The address of PostgreSQL cannot be read: {e.Message}");
        }
    }

    public override string ToString() => $"{Settings.Host}:{Settings.Port.ToString(CultureInfo.InvariantCulture)}/{Database}";

    private static bool IsUrl(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    private static NpgsqlConnectionStringBuilder FromUrl(string url)
    {
        // Not System.Uri: it takes neither an empty host (a socket's folder may stand in ?host=) nor an escaped one.
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var settings = new NpgsqlConnectionStringBuilder();
        var (beforeQuery, query) = Cut(rest, '?');
        var (authority, database) = Cut(beforeQuery, '/');
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            var (user, password) = Cut(authority[..at], ':');
            settings.Username = Uri.UnescapeDataString(user);
            if (password is not null)
                settings.Password = Uri.UnescapeDataString(password);
        }

        var (host, port) = CutPort(authority[(at + 1)..]);
        if (host.Length > 0)
            settings.Host = Uri.UnescapeDataString(host);
        settings.Port = port is null ? DefaultPort : Port(port);
        if (!string.IsNullOrEmpty(database))
            settings.Database = Uri.UnescapeDataString(database);
        foreach (var pair in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = Cut(pair, '=');
            Set(settings, Uri.UnescapeDataString(key), Uri.UnescapeDataString(value ?? ""));
        }

        return settings;
    }

    /// <summary>The keywords of libpq, which every other client takes in a URL; else Npgsql's own.</summary>
    private static void Set(NpgsqlConnectionStringBuilder settings, string key, string value)
    {
        switch (key)
        {
            case "host":
                settings.Host = value;
                break;
            case "port":
                settings.Port = Port(value);
                break;
            case "user":
                settings.Username = value;
                break;
            case "dbname":
                settings.Database = value;
                break;
            case "sslmode":
                settings.SslMode = Enum.TryParse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode)
                    ? mode
                    : throw new FormatException("sslmode of the address of PostgreSQL is none of disable, allow, prefer, require, verify-ca, verify-full.");
                break;
            case "sslrootcert":
                settings.RootCertificate = value;
                break;
            case "sslcert":
                settings.SslCertificate = value;
                break;
            case "sslkey":
                settings.SslKey = value;
                break;
            case "connect_timeout":
                settings["Timeout"] = value;
                break;
            case "application_name":
                settings.ApplicationName = value;
                break;
            case "search_path":
                settings.SearchPath = value;
                break;
            default:
                settings[key] = value;
                break;
        }
    }

    private static int Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new FormatException("The port in the address of PostgreSQL is no number from 1 to 65535.");

    private static (string Before, string? After) Cut(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, null) : (text[..index], text[(index + 1)..]);
    }

    private static (string Host, string? Port) CutPort(string host)
    {
        // [::1]:5432
        var close = host.IndexOf(']', StringComparison.Ordinal);
        if (host.StartsWith('[') && close > 0)
            return (host[1..close], host.Length > close + 1 && host[close + 1] == ':' ? host[(close + 2)..] : null);
        return Cut(host, ':');
    }
}
