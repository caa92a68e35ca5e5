using System.Diagnostics;
using System.Text.RegularExpressions;
using Grpc.Core;
using Grpc.Net.Client;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Tests;

/// <summary>The executable as a process of its own, as an operator or an SDK starts it.</summary>
internal sealed partial class HoldfastProcess : IAsyncDisposable
{
    // For a busy machine; nothing here takes longer than a second or two.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Method<GetSystemInfoRequest, GetSystemInfoResponse> GetSystemInfo = new(
        MethodType.Unary,
        "temporal.api.workflowservice.v1.WorkflowService",
        "GetSystemInfo",
        Marshallers.Create(request => Google.Protobuf.MessageExtensions.ToByteArray(request), GetSystemInfoRequest.Parser.ParseFrom),
        Marshallers.Create(reply => Google.Protobuf.MessageExtensions.ToByteArray(reply), GetSystemInfoResponse.Parser.ParseFrom));

    private readonly Process process;

    private HoldfastProcess(Process process) => this.process = process;

    public int Id => process.Id;

    /// <summary>Starts the executable; it may or may not come up.</summary>
    public static HoldfastProcess Start(string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        // A test run in the background of a script has SIGINT ignored, and its children inherit that; operators' shells do not do so.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "holdfast.dll"), .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new HoldfastProcess(Process.Start(start)!);
    }

    /// <summary>Runs the executable to its end.</summary>
    public static async Task<Ended> RunAsync(string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var started = Start(arguments, environment);
        return await started.EndAsync();
    }

    /// <summary>The line that says where the server listens.</summary>
    public async Task<Listening> ListeningAsync()
    {
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        if (line is null)
            Assert.Fail($"The process ended: {await process.StandardError.ReadToEndAsync()}");
        var match = StartLine().Match(line);
        Assert.True(match.Success, line);
        return new Listening(match.Groups["grpc"].Value, match.Groups["dashboard"] is { Success: true } dashboard ? dashboard.Value : null);
    }

    public async Task<Ended> EndAsync()
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        return new Ended(process.ExitCode, await output, await errors);
    }

    /// <summary>Sends a signal by its name, such as TERM.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(null as IFormatProvider)]);
        await kill.WaitForExitAsync();
    }

    public static async Task<GetSystemInfoResponse> AskAsync(string target, string scheme = "http", HttpMessageHandler? handler = null, Metadata? headers = null)
    {
        using var channel = GrpcChannel.ForAddress($"{scheme}://{target}", new GrpcChannelOptions { HttpHandler = handler });
        return await channel.CreateCallInvoker().AsyncUnaryCall(GetSystemInfo, null, new CallOptions(headers, DateTime.UtcNow + Patience), new GetSystemInfoRequest());
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    [GeneratedRegex(@"^Holdfast [\d.]+ listens on (?<grpc>\S+:\d+) \(gRPC\)(, dashboard (?<dashboard>\S+))?$")]
    private static partial Regex StartLine();

    internal sealed record Listening(string Grpc, string? Dashboard);

    internal sealed record Ended(int ExitCode, string Output, string Errors)
    {
        /// <summary>The one line on standard error.</summary>
        public string Complaint
        {
            get
            {
                var line = Errors.TrimEnd('\n');
                Assert.DoesNotContain('\n', line);
                Assert.StartsWith("holdfast: ", line, StringComparison.Ordinal);
                return line;
            }
        }
    }
}
