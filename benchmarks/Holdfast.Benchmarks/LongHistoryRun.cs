using System.Diagnostics;
using System.Globalization;
using Holdfast.Benchmarks.Load;
using Holdfast.Benchmarks.Machine;
using Holdfast.Benchmarks.Report;

namespace Holdfast.Benchmarks;

/// <summary>
/// One workflow whose history only grows: what an event costs when there are few of them, and when there are tens of thousands. It takes signals,
/// one at a time, each with a workflow task that a worker with its cache completes.
/// </summary>
internal sealed class LongHistoryRun(BenchmarkOptions options, string executable)
{
    public const string Name = "long-history";

    // The protocol's limit is 51,200 events.
    private const int LongestHistory = 50_000;
    private const int InFlight = 4;
    private const int SignalsBetween = 2_000;
    private const int WarmUp = 2_000;

    private static readonly string[] Header = ["events before", "events after", "events/s", "p50 ms/signal", "p99 ms/signal", "server CPU ms/event"];

    public async Task RunAsync(CancellationToken cancel)
    {
        await using var server = await ServerProcess.StartAsync(executable, options.InMemory, options.Database, [.. CallScenario.NoLimits, .. options.ServerArguments], cancel);
        using var client = new WorkflowServiceCalls(server.Address, new());
        using var workers = new WorkflowServiceCalls(server.Address, new());
        await using var worker = new WaitingWorker(workers, Name, count: 2);

        // Compiled code for all rows alike: the warm-up goes to other runs.
        await using (var other = new WaitingWorker(workers, "warm-up", count: 2))
        {
            var warmUp = new CallClient(client, "warm-up");
            await warmUp.StartAsync(100, cancel);
            for (var i = 0; i < 4; i++)
                await OrFailedAsync(warmUp.SignalAsync(WarmUp, InFlight, 100, cancel), other);
        }

        var calls = new CallClient(client, Name);
        await calls.StartAsync(1, cancel);
        List<string[]> rows = [];
        for (var events = await calls.CountEventsAsync(cancel); events < LongestHistory - (4 * SignalsBetween);)
        {
            var before = ProcessFigures.Read(server.ProcessId).Cpu;
            var begun = Stopwatch.GetTimestamp();
            var latency = LatencyFigures.Of(await OrFailedAsync(calls.SignalAsync(SignalsBetween, InFlight, 1, cancel), worker));
            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            var cpu = ProcessFigures.Read(server.ProcessId).Cpu - before;
            var after = await calls.CountEventsAsync(cancel);
            rows.Add(
            [
                events.ToString("N0", CultureInfo.InvariantCulture),
                after.ToString("N0", CultureInfo.InvariantCulture),
                TextTable.Number((after - events) / seconds, "0"),
                TextTable.Number(latency.P50, "0.0"),
                TextTable.Number(latency.P99, "0.0"),
                TextTable.Number(cpu.TotalMilliseconds / (after - events), "0.000"),
            ]);
            events = after;
        }

        Console.WriteLine($"{Name}: one run, {InFlight} signals in flight");
        Console.WriteLine(TextTable.Of(Header, rows));
    }

    private static async Task<T> OrFailedAsync<T>(Task<T> work, WaitingWorker worker)
    {
        await await Task.WhenAny(work, worker.Failed);
        return await work;
    }
}
