using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.EndToEnd.Tests.Programs;

/// <summary>
/// The real <c>holdfast</c> executable on a database file and a port of its own. It can be killed and
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

    private readonly int _port;
    private readonly string[] _options;
    private ProgramUnderTest? _program;

    private HoldfastServer(string folder, int port, string[] options)
    {
        Database = Path.Combine(folder, "holdfast.db");
        _port = port;
        _options = options;
    }

    /// <summary>The database file.</summary>
    public string Database { get; }

    /// <summary><c>host:port</c>, the form in which every SDK takes it.</summary>
    public string Target => $"127.0.0.1:{_port}";

    /// <summary>What the server has written since it was started last.</summary>
    public string Output => _program?.Output ?? "";

    public static string Executable => Repository.Executable("Holdfast", "holdfast", "HOLDFAST_EXE");

    /// <summary>Starts a server on <c>holdfast.db</c> in a folder, with more options of <c>start-dev</c> where they are given.</summary>
    public static async Task<HoldfastServer> StartAsync(string folder, params string[] options)
    {
        var server = new HoldfastServer(folder, FreePort.Find(), options);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts the executable on the data that is there and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        Assert.True(_program is null or { HasExited: true }, "The server still runs.");
        if (_program is not null)
            await _program.DisposeAsync();
        var start = new ProcessStartInfo(Executable)
        {
            ArgumentList =
            {
                "server", "start-dev", "--headless", "--log-level", "warn",
                "--port", _port.ToString(CultureInfo.InvariantCulture),
                "--db-filename", Database,
            },
        };
        foreach (var option in _options)
            start.ArgumentList.Add(option);
        _program = ProgramUnderTest.Start(start);
        await WaitForAnswerAsync(_program);
    }

    public Task KillAsync() => _program!.KillAsync();

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
            await _program.DisposeAsync();
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
