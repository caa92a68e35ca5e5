using System.Diagnostics;
using Grpc.Core;
using Holdfast.Benchmarks.Load;
using Holdfast.Benchmarks.Machine;
using Holdfast.Benchmarks.Report;

namespace Holdfast.Benchmarks;

/// <summary>Signals and updates to workflows that wait for them. Each measurement has a fresh server and a fresh database.</summary>
internal sealed class CallsRun(BenchmarkOptions options, string executable)
{
    private const double Megabyte = 1024 * 1024;

    public async Task<IReadOnlyList<CallFigures>> RunAsync(CancellationToken cancel)
    {
        List<CallFigures> figures = [];
        foreach (var scenario in options.CallScenarios)
        {
            foreach (var inFlight in options.InFlight)
            {
                Console.Error.WriteLine($"{scenario.Name}, {inFlight} in flight: {options.WarmUpAt(inFlight)} to warm up, {options.CallsAt(inFlight)} measured");
                await using var server = await ServerProcess.StartAsync(executable, options.InMemory, options.Database, [.. CallScenario.NoLimits, .. options.ServerArguments], cancel);
                try
                {
                    figures.Add(await MeasureAsync(server, scenario, inFlight, cancel));
                }
                catch (RpcException e)
                {
                    throw new BenchmarkException($"A call failed: {e.Status}\nThe server said:\n{server.Output}");
                }
            }
        }

        return figures;
    }

    private async Task<CallFigures> MeasureAsync(ServerProcess server, CallScenario scenario, int inFlight, CancellationToken cancel)
    {
        using var client = new WorkflowServiceCalls(server.Address, new());
        using var workers = new WorkflowServiceCalls(server.Address, new());
        await using var worker = new WaitingWorker(workers, scenario.Name, options.Pollers);
        var calls = new CallClient(client, scenario.Name);
        await OrFailedAsync(calls.StartAsync(scenario.Runs, cancel));
        await SendAsync(options.WarmUpAt(inFlight));

        var before = ProcessFigures.Read(server.ProcessId);
        var flushesBefore = server.ReadDiskFlushes();
        var clientBefore = Environment.CpuUsage.TotalTime;
        var begun = Stopwatch.GetTimestamp();
        var count = options.CallsAt(inFlight);
        var latencies = await SendAsync(count);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var clientCpu = Environment.CpuUsage.TotalTime - clientBefore;
        var after = ProcessFigures.Read(server.ProcessId);
        var flushes = server.ReadDiskFlushes() - flushesBefore;
        return new(
            scenario.Name,
            inFlight,
            count,
            Math.Round(count / seconds, 1),
            LatencyFigures.Of(latencies),
            Math.Round((after.Cpu - before.Cpu).TotalMilliseconds / count, 4),
            Math.Round(clientCpu.TotalMilliseconds / count, 4),
            Math.Round(after.ResidentBytes / Megabyte, 1),
            flushes * 1000.0 / count);

        Task<double[]> SendAsync(int number) => OrFailedAsync(scenario.IsUpdate
            ? calls.UpdateAsync(number, inFlight, scenario.Runs, cancel)
            : calls.SignalAsync(number, inFlight, scenario.Runs, cancel));

        // A worker's failure would leave updates without an answer.
        async Task<T> OrFailedAsync<T>(Task<T> work)
        {
            await await Task.WhenAny(work, worker.Failed);
            return await work;
        }
    }
}
