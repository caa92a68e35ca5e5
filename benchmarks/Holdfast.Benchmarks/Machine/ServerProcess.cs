using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Holdfast.Benchmarks.Load;
using Holdfast.Storage.Postgres;

namespace Holdfast.Benchmarks.Machine;

/// <summary>
/// The real executable, started with a data folder and a port of its own; gone, with its data, when disposed.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string DatabaseName = "holdfast.db";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder;
    private readonly MeasuredSchema? _schema;
    private readonly bool _inMemory;
    private readonly ConcurrentQueue<string> _output = new();
    private Process _process = null!;

    private ServerProcess(DirectoryInfo folder, MeasuredSchema? schema, bool inMemory)
    {
        _folder = folder;
        _schema = schema;
        _inMemory = inMemory;
    }

    public string Address { get; private set; } = "";

    public int ProcessId => _process.Id;

    /// <summary>From asking the operating system for the process to the first answer to GetSystemInfo.</summary>
    public TimeSpan ColdStart { get; private set; }

    /// <summary>Bytes of everything in the data folder but free pages, or of the tables and indexes in PostgreSQL.</summary>
    public async Task<long> MeasureBytesOnDiskAsync()
    {
        if (_schema is not null)
            return await _schema.MeasureBytesAsync();
        _folder.Refresh();
        return _folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) - FreeBytes();
    }

    /// <summary>Flushes so far of the disk that holds the data; null where there is none, or it is the database server's.</summary>
    public long? ReadDiskFlushes() => _inMemory || _schema is not null ? null : DiskFlushes.Read(_folder.FullName);

    /// <summary>Bytes of SQLite's free pages, which the next workflows take; as of the last checkpoint, which stopping makes.</summary>
    public long FreeBytes()
    {
        var database = new FileInfo(Path.Combine(_folder.FullName, DatabaseName));
        Span<byte> header = stackalloc byte[100];
        if (!database.Exists || database.Length < header.Length)
            return 0;

        // Of SQLite's file header: page size at 16 (1 stands for 65536), number of free pages at 36.
        using var file = database.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.ReadExactly(header);
        var pageSize = BinaryPrimitives.ReadUInt16BigEndian(header[16..]);
        return (pageSize == 1 ? 65_536L : pageSize) * BinaryPrimitives.ReadUInt32BigEndian(header[36..]);
    }

    public static async Task<ServerProcess> StartAsync(
        string executable, bool inMemory, PostgresAddress? database, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var server = new ServerProcess(Directory.CreateTempSubdirectory("holdfast-benchmark-"), database is null ? null : new MeasuredSchema(database), inMemory);
        try
        {
            await server.StartProcessAsync(executable, arguments, cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the server and starts it again on the same data.</summary>
    public async Task RestartAsync(string executable, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancel);
        _process.Dispose();
        await StartProcessAsync(executable, arguments, cancel);
    }

    private async Task StartProcessAsync(string executable, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(executable)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
            ArgumentList =
            {
                "server", "start-dev", "--headless", "--log-level", "warn",
                "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        };
        if (_schema is not null)
        {
            // In the environment, since it holds a password.
            start.Environment["PGPASSWORD"] = _schema.Password;
            start.ArgumentList.Add("--db");
            start.ArgumentList.Add(_schema.Address);
        }
        else if (!_inMemory)
        {
            start.ArgumentList.Add("--db-filename");
            start.ArgumentList.Add(Path.Combine(_folder.FullName, DatabaseName));
        }

        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        var begun = Stopwatch.GetTimestamp();
        var process = Process.Start(start)
            ?? throw new BenchmarkException($"{executable} did not start.");
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        Address = $"http://127.0.0.1:{port}";
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(StartLimit);
            await WaitForAnswerAsync(Address, port, process, limit.Token);
            ColdStart = Stopwatch.GetElapsedTime(begun);
        }
        catch (Exception e) when (e is OperationCanceledException or BenchmarkException)
        {
            if (!process.HasExited)
                process.Kill();
            throw cancel.IsCancellationRequested
                ? e
                : new BenchmarkException($"{executable} did not answer GetSystemInfo. It said:\n{string.Join('\n', _output)}");
        }

        void Keep(string? line)
        {
            const int keptLines = 200;
            if (line is null)
                return;
            _output.Enqueue(line);
            if (_output.Count > keptLines)
                _output.TryDequeue(out _);
        }
    }

    /// <summary>What the server has written to its console, last lines only.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Asks the server to stop as an operator would (SIGTERM), so that its files are as it leaves them.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited)
            return;
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            throw new BenchmarkException($"The server did not stop within {StopLimit.TotalSeconds:0} s of SIGTERM. It said:\n{Output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
        if (_schema is not null)
            await _schema.DropAsync();
    }

    private static async Task WaitForAnswerAsync(string address, int port, Process process, CancellationToken cancel)
    {
        // A bare socket finds the port open sooner and for less than a failing HTTP/2 connection does.
        while (true)
        {
            if (process.HasExited)
                throw new BenchmarkException("exited");
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
                break;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), cancel);
            }
        }

        using var calls = new WorkflowServiceCalls(address, new());
        while (true)
        {
            try
            {
                await calls.GetSystemInfoAsync(cancel);
                return;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable && !process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), cancel);
            }
            catch (RpcException e)
            {
                throw new BenchmarkException(e.Message);
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
