using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Holdfast.AI.Chat;
using Holdfast.Benchmarks.Load;
using Holdfast.Benchmarks.Machine;
using Microsoft.Extensions.DependencyInjection;
using Temporalio.Client;
using Temporalio.Worker;

namespace Holdfast.AI.Benchmarks;

/// <summary>
/// One agent that talks to its model many times, with the whole conversation each time: what its history, its bytes on disk and its
/// time come to, beside the limits of Temporal's server.
/// </summary>
internal static class AgentRun
{
    private const string TaskQueue = "agent";

    // Of a Temporal server as it is installed: a run's history ends it at the first two, a payload fails its task at the third.
    private const long HistoryBytesLimit = 50 * 1024 * 1024;
    private const long HistoryEventsLimit = 51_200;
    private const long PayloadLimit = 2 * 1024 * 1024;

    public static async Task<int> RunAsync(string serverExecutable, int calls, int tokens, CancellationToken cancel)
    {
        var bytesOfAnAnswer = tokens * 4 / calls;
        var number = 0;
        await using var model = await ModelStandIn.StartAsync(
            TimeSpan.Zero, _ => JsonSerializer.Deserialize<string>(Prose.Json(Interlocked.Increment(ref number), bytesOfAnAnswer))!);
        await using var server = await ServerProcess.StartAsync(serverExecutable, inMemory: false, database: null, [], cancel);
        await using var services = new ServiceCollection()
            .AddDurableChat(chat => chat
                .AddCredential("anthropic", "no-key")
                .AddAnthropic(baseUrl: model.Address)
                .AddModel(LongTalk.Model, "anthropic", "claude-sonnet-5-5"))
            .BuildServiceProvider();
        var client = await TemporalClient.ConnectAsync(new(new Uri(server.Address).Authority));
        using var worker = new TemporalWorker(client, new TemporalWorkerOptions(TaskQueue).AddDurableChat(services).AddWorkflow<LongTalk>());
        long bytesBefore = 0;
        var report = await worker.ExecuteAsync(
            async () =>
            {
                var warm = await client.StartWorkflowAsync((LongTalk talk) => talk.RunAsync(2), new("warm-up", TaskQueue));
                await warm.GetResultAsync();
                bytesBefore = await server.MeasureBytesOnDiskAsync();
                var before = ProcessFigures.Read(server.ProcessId);
                var begun = Stopwatch.GetTimestamp();
                var handle = await client.StartWorkflowAsync((LongTalk talk) => talk.RunAsync(calls), new("long-talk", TaskQueue));
                var letters = await handle.GetResultAsync();
                var elapsed = Stopwatch.GetElapsedTime(begun);
                var after = ProcessFigures.Read(server.ProcessId);

                var description = (await client.Connection.WorkflowService.DescribeWorkflowExecutionAsync(new()
                {
                    Namespace = client.Options.Namespace,
                    Execution = new() { WorkflowId = handle.Id },
                })).WorkflowExecutionInfo;
                var largest = 0;
                await foreach (var @event in handle.FetchHistoryEventsAsync())
                    largest = Math.Max(largest, @event.CalculateSize());
                return string.Create(CultureInfo.InvariantCulture, $"""
                    {MachineDescription.Here()}
                    {calls} model calls, a conversation of {letters / 4:0} tokens in the end ({model.LongestRequest / 1e6:0.00} MB as the provider gets it)
                    finished in {elapsed.TotalSeconds:0.0} s, {elapsed.TotalMilliseconds / calls:0} ms for each call; server CPU {(after.Cpu - before.Cpu).TotalMilliseconds / calls:0.0} ms for each call; server RSS {after.ResidentBytes / 1e6:0} MB
                    history: {description.HistorySizeBytes / 1e6:0.0} MB of at most {HistoryBytesLimit / 1e6:0.0} MB, {description.HistoryLength} events of at most {HistoryEventsLimit}; largest event {largest / 1e6:0.00} MB, a payload may have {PayloadLimit / 1e6:0.00} MB
                    """);
            },
            cancel);
        await server.StopAsync();
        Console.WriteLine(report);
        var bytes = await server.MeasureBytesOnDiskAsync() - bytesBefore;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"bytes on disk: {bytes / 1e6:0.0} MB"));
        return 0;
    }
}
