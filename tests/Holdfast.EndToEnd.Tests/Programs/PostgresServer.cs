using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace Holdfast.EndToEnd.Tests.Programs;

/// <summary>
/// A PostgreSQL of the test's own: a fresh cluster in a temporary folder, on a loopback port, gone at the end. It can be killed and started again:
/// port and data stay the same.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    public const string User = "holdfast";
    public const string Password = "open:sesame/@?";

    private const int Quit = 3;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string folder;
    private readonly int port;
    private readonly ConcurrentQueue<string> output = new();
    private Process? process;

    private PostgresServer(string folder, int port)
    {
        this.folder = folder;
        this.port = port;
    }

    public int Port => port;

    /// <summary>All that it has written so far.</summary>
    public string Output => string.Join('\n', output);

    // PostgreSQL refuses to run as root.
    private static bool IsRoot => Environment.UserName == "root";

    private string Data => Path.Combine(folder, "data");

    /// <summary>The address of a database as a URL, for the administrator whose user and password are above.</summary>
    public string Url(string database = "postgres", string query = "") =>
        $"postgres://{User}:{Uri.EscapeDataString(Password)}@127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/{database}{query}";

    public static async Task<PostgresServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-postgres-").FullName;
        var server = new PostgresServer(folder, FreePort.Find());
        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        if (IsRoot)
            await RunAsync(new ProcessStartInfo("chown") { ArgumentList = { "-R", "postgres", folder } });
        await RunAsync(server.Tool(
            "initdb", "--pgdata", server.Data, "--username", User, "--pwfile", passwordFile, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"));
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        var start = Tool(
            "postgres", "-D", Data, "-p", port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={folder}");
        start.RedirectStandardError = true;
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await ExecuteAsync("SELECT 1");
                return;
            }
            catch (NpgsqlException e)
            {
                Assert.False(process.HasExited, $"PostgreSQL ended while starting. It said:\n{Output}");
                Assert.True(Stopwatch.GetElapsedTime(begun) < StartLimit, $"PostgreSQL did not answer ({e.Message}). It said:\n{Output}");
                await Task.Delay(20);
            }
        }
    }

    /// <summary>What <c>pg_ctl stop -m immediate</c> does: it ends at once, as in a crash, and recovers from its log at the next start.</summary>
    public async Task KillAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Assert.Equal(0, Kill(process!.Id, Quit));
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Runs SQL as the administrator; returns the first value.</summary>
    public async Task<object?> ExecuteAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={port.ToString(CultureInfo.InvariantCulture)};Username={User};Password={Password};Database={database};Pooling=false;Timeout=5");
        await connection.OpenAsync();
#pragma warning disable CA2100 // The test's own SQL.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    private void OnExit(object? sender, EventArgs e)
    {
        if (process is { HasExited: false })
            _ = Kill(process.Id, Quit);
    }

    private ProcessStartInfo Tool(string name, params string[] arguments)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(
            Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin")) : []);
        var path = folders.Select(place => Path.Combine(place, name)).FirstOrDefault(File.Exists);
        Assert.True(path is not null, $"There is no {name} on this machine. Install PostgreSQL: apt-get install postgresql.");

        // setpriv becomes the program that it starts, so that a signal to it reaches that one.
        string[] all = IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments] : [path, .. arguments];
        return new ProcessStartInfo(all[0], all[1..]) { WorkingDirectory = folder };
    }

    private static async Task RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var program = Process.Start(start)!;
        var said = program.StandardOutput.ReadToEndAsync();
        var errors = await program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync();
        Assert.True(program.ExitCode == 0, $"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {program.ExitCode}:\n{await said}\n{errors}");
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
