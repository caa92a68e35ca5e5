using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.EndToEnd.Tests.Programs;

/// <summary>
/// The real <c>holdfast</c> executable on a database and a port of its own. It can be killed and
/// started again: port and data stay the same.
/// </summary>
internal sealed class HoldfastServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private static readonly Method<byte[], GetSystemInfoResponse> GetSystemInfo = new(
        MethodType.Unary,
        "temporal.api.workflowservice.v1.WorkflowService",
        "GetSystemInfo",
        Marshallers.Create(static bytes => bytes, static bytes => bytes),
        Marshallers.Create(static _ => throw new NotSupportedException(), GetSystemInfoResponse.Parser.ParseFrom));

    private readonly string[] _database;
    private readonly int _port;
    private readonly string[] _options;
    private ProgramUnderTest? _program;

    private HoldfastServer(string[] database, int port, string[] options)
    {
        _database = database;
        _port = port;
        _options = options;
    }

    /// <summary>The database file, or the address of the database.</summary>
    public string Database => _database[1];

    /// <summary><c>host:port</c>, the form in which every SDK takes it.</summary>
    public string Target => $"127.0.0.1:{_port}";

    /// <summary>What the server has written since it was started last.</summary>
    public string Output => _program?.Output ?? "";

    public static string Executable => Repository.Executable("Holdfast", "holdfast", "HOLDFAST_EXE");

    public int ProcessId => _program!.ProcessId;

    /// <summary>Starts a server on <c>holdfast.db</c> in a folder, with more options of <c>start-dev</c> where they are given.</summary>
    public static Task<HoldfastServer> StartAsync(string folder, params string[] options) =>
        StartAsync(["--db-filename", Path.Combine(folder, "holdfast.db")], options);

    /// <summary>Starts a server on a PostgreSQL database.</summary>
    public static Task<HoldfastServer> StartOnAsync(string url) => StartAsync(["--db", url], []);

    /// <summary>Starts the executable on the data that is there and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        Assert.True(_program is null or { HasExited: true }, "The server still runs.");
        if (_program is not null)
            await _program.DisposeAsync();
        _program = ProgramUnderTest.Start(new ProcessStartInfo(
            Executable,
            ["server", "start-dev", "--headless", "--log-level", "warn", "--port", _port.ToString(CultureInfo.InvariantCulture), .. _database, .. _options]));
        await WaitForAnswerAsync(_program);
    }

    public Task KillAsync() => _program!.KillAsync();

    /// <summary>Waits until the server ends by itself; returns its exit code.</summary>
    public Task<int> EndAsync(TimeSpan limit) => _program!.EndAsync(limit);

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
            await _program.DisposeAsync();
    }

    private static async Task<HoldfastServer> StartAsync(string[] database, string[] options)
    {
        var server = new HoldfastServer(database, FreePort.Find(), options);
        await server.StartAgainAsync();
        return server;
    }

    private async Task WaitForAnswerAsync(ProgramUnderTest program)
    {
        using var channel = GrpcChannel.ForAddress($"http://{Target}");
        var calls = channel.CreateCallInvoker();
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await calls.AsyncUnaryCall(GetSystemInfo, null, new CallOptions(deadline: DateTime.UtcNow.AddSeconds(5)), []);
                return;
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
            {
                Assert.False(program.HasExited, $"The server ended while starting. It said:\n{program.Output}");
                Assert.True(Stopwatch.GetElapsedTime(begun) < StartLimit, $"The server did not answer ({e.Status}). It said:\n{program.Output}");
                await Task.Delay(20);
            }
        }
    }
}
