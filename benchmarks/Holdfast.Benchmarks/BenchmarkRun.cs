using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using Holdfast.Benchmarks.Load;
using Holdfast.Benchmarks.Machine;
using Holdfast.Benchmarks.Report;
using Holdfast.Benchmarks.Soak;

namespace Holdfast.Benchmarks;

/// <summary>
/// Measures start-up, then each scenario at each level. Every measurement has a fresh server and a
/// fresh database, so that none inherits the last one's heap, caches or file.
/// </summary>
internal sealed class BenchmarkRun(BenchmarkOptions options)
{
    private const double Megabyte = 1024 * 1024;

    // Long enough for start-up work in the background to be over.
    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(3);

    public async Task RunAsync(CancellationToken cancel)
    {
        var machine = MachineDescription.Here();
        var durability = Durability();
        var client = $"{options.Connections} HTTP/2 connections, {options.Pollers} pollers of each kind, {(options.Eager ? "eager activities" : "no eager activities")}";
        Console.WriteLine($"Machine:    {machine}");
        Console.WriteLine($"Durability: {durability}");
        Console.WriteLine($"Client:     raw gRPC on the same machine, {client}");

        StartFigures? start = null;
        if (options.Target is null && options.Starts > 0)
        {
            start = await MeasureStartAsync(cancel);
            Console.WriteLine($"Cold start: {start.MedianColdStartMs:0} ms to the first answered call, median of {options.Starts} ({string.Join(", ", start.ColdStartsMs.Select(ms => ms.ToString("0", System.Globalization.CultureInfo.InvariantCulture)))})");
            Console.WriteLine($"Idle RSS:   {start.IdleResidentMegabytes:0} MB");
        }

        Console.WriteLine();
        if (options.ManyIdle)
            await new ManyIdleRun(options, Executable).RunAsync(options.Count ?? 100_000, cancel);
        if (options.Soak)
            await new SoakRun(options, Executable).RunAsync(cancel);
        if (options.LongHistory)
            await new LongHistoryRun(options, Executable).RunAsync(cancel);
        if (options.CallScenarios.Count > 0)
            Console.WriteLine(CallTable.Of(await new CallsRun(options, Executable).RunAsync(cancel)));
        if (options.Scenarios.Count == 0)
            return;

        List<ScenarioFigures> figures = [];
        foreach (var scenario in options.Scenarios)
        {
            foreach (var inFlight in options.InFlight)
            {
                Console.Error.WriteLine($"{scenario.Name}, {inFlight} in flight: {options.WarmUpAt(inFlight)} to warm up, {options.CountAt(inFlight)} measured");
                figures.Add(await MeasureAsync(scenario, inFlight, cancel));
            }
        }

        Console.Write(ScenarioTable.Of(figures));
        foreach (var missed in figures.Where(f => f.Replays > 0))
            Console.WriteLine($"{missed.Scenario} at {missed.InFlight}: {missed.Replays} workflow tasks missed the worker's cache.");

        if (options.JsonFile is { } file)
        {
            var report = new BenchmarkReport(machine, durability, client, start, figures);
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(report, BenchmarkReportJson.Default.BenchmarkReport), cancel);
        }
    }

    private async Task<StartFigures> MeasureStartAsync(CancellationToken cancel)
    {
        // The first start is thrown away: it pays for compiling this client and for reading the files from disk.
        await using (await StartServerAsync(cancel))
        {
        }

        List<double> times = [];
        double idle = 0;
        for (var i = 0; i < options.Starts; i++)
        {
            await using var server = await StartServerAsync(cancel);
            times.Add(Math.Round(server.ColdStart.TotalMilliseconds, 1));
            if (i == options.Starts - 1)
            {
                await Task.Delay(IdleFor, cancel);
                idle = Math.Round(ProcessFigures.Read(server.ProcessId).ResidentBytes / Megabyte, 1);
            }
        }

        return new(times, times.Order().ElementAt(times.Count / 2), idle);
    }

    private async Task<ScenarioFigures> MeasureAsync(Scenario scenario, int inFlight, CancellationToken cancel)
    {
        if (options.Target is { } target)
            return await MeasureOnAsync($"http://{target}", options.TargetProcessId, () => null, scenario, inFlight, cancel);

        await using var server = await StartServerAsync(cancel);
        var emptyBytes = await server.MeasureBytesOnDiskAsync();
        ScenarioFigures figures;
        try
        {
            figures = await MeasureOnAsync(server.Address, server.ProcessId, server.ReadDiskFlushes, scenario, inFlight, cancel);
        }
        catch (RpcException e)
        {
            throw new BenchmarkException($"A call failed: {e.Status}\nThe server said:\n{server.Output}");
        }

        if (options.Settle > TimeSpan.Zero)
        {
            var before = ProcessFigures.Read(server.ProcessId).Cpu;
            await Task.Delay(options.Settle, cancel);
            var cpu = ProcessFigures.Read(server.ProcessId).Cpu - before;
            Console.Error.WriteLine($"{cpu.TotalMilliseconds / (options.WarmUpAt(inFlight) + options.CountAt(inFlight)):0.000} ms of server CPU per workflow while settling");
        }

        await server.StopAsync();
        var workflows = options.WarmUpAt(inFlight) + options.CountAt(inFlight);
        return options.InMemory
            ? figures
            : figures with { DiskBytesPerWorkflow = Math.Round((await server.MeasureBytesOnDiskAsync() - emptyBytes) / (double)workflows) };
    }

    private async Task<ScenarioFigures> MeasureOnAsync(
        string address, int? processId, Func<long?> readFlushes, Scenario scenario, int inFlight, CancellationToken cancel)
    {
        var answered = new ConcurrentDictionary<string, long>();
        var connections = Enumerable.Range(0, options.Connections).Select(_ => new WorkflowServiceCalls(address, answered)).ToArray();
        try
        {
            var taskQueue = $"benchmark-{scenario.Name}-{inFlight}";
            await using var worker = new RawWorker(
                connections.Length > 1 ? connections[1..] : connections, scenario, taskQueue, options.Eager || scenario.IsEager, options.Pollers);
            var client = new LoadClient(connections[0], taskQueue, scenario.IsEager ? worker.Take : null);
            await RunAsync(client, worker, options.WarmUpAt(inFlight), inFlight, cancel);

            var callsBefore = answered.ToDictionary();
            var emptyBefore = worker.EmptyPolls;
            var replaysBefore = worker.Replays;
            var serverBefore = processId is { } pid ? ProcessFigures.Read(pid) : null;
            var flushesBefore = readFlushes();
            var clientBefore = Environment.CpuUsage.TotalTime;
            var begun = Stopwatch.GetTimestamp();

            var count = options.CountAt(inFlight);
            var latencies = await RunAsync(client, worker, count, inFlight, cancel);

            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            var clientCpu = Environment.CpuUsage.TotalTime - clientBefore;
            var serverAfter = processId is { } samePid ? ProcessFigures.Read(samePid) : null;
            var flushes = readFlushes() - flushesBefore;
            var calls = answered.ToDictionary(pair => pair.Key, pair => pair.Value - callsBefore.GetValueOrDefault(pair.Key));
            var empty = worker.EmptyPolls - emptyBefore;

            return new()
            {
                Scenario = scenario.Name,
                InFlight = inFlight,
                Workflows = count,
                Seconds = Math.Round(seconds, 3),
                WorkflowsPerSecond = Math.Round(count / seconds, 1),
                LatencyMs = LatencyFigures.Of(latencies),
                ServerCpuMsPerWorkflow = serverBefore is null ? null : Math.Round((serverAfter!.Cpu - serverBefore.Cpu).TotalMilliseconds / count, 3),
                ClientCpuMsPerWorkflow = Math.Round(clientCpu.TotalMilliseconds / count, 3),
                ResidentMegabytes = serverAfter is null ? null : Math.Round(serverAfter.ResidentBytes / Megabyte, 1),
                PeakResidentMegabytes = serverAfter is null ? null : Math.Round(serverAfter.PeakResidentBytes / Megabyte, 1),
                DiskBytesPerWorkflow = null,
                FlushesPerWorkflow = flushes is { } all ? Math.Round(all / (double)count, 2) : null,
                CallsPerWorkflow = Math.Round((calls.Values.Sum() - empty) / (double)count, 2),
                CallsPerWorkflowByMethod = calls.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value / (double)count, 2)),
                Replays = worker.Replays - replaysBefore,
            };
        }
        finally
        {
            foreach (var connection in connections)
                connection.Dispose();
        }
    }

    // A worker's failure would leave the client waiting for a workflow that never closes.
    private static async Task<double[]> RunAsync(LoadClient client, RawWorker worker, int count, int inFlight, CancellationToken cancel)
    {
        if (count == 0)
            return [];
        var run = client.RunAsync(count, inFlight, cancel);
        await await Task.WhenAny(run, worker.Failed);
        return await run;
    }

    private string Executable
    {
        get
        {
            var executable = options.Executable is { } given ? Path.GetFullPath(given) : FindExecutable();
            return File.Exists(executable) ? executable : throw new BenchmarkException($"There is no {executable}.");
        }
    }

    private Task<ServerProcess> StartServerAsync(CancellationToken cancel) =>
        ServerProcess.StartAsync(Executable, options.InMemory, options.Database, options.ServerArguments, cancel);

    private string Durability() => options switch
    {
        { Target: { } target } => $"as configured at {target}",
        { Database: { } database } => $"PostgreSQL at {database}, synchronous_commit=on; its own CPU is not in the server's",
        { InMemory: true } => "none (in memory)",
        _ => "SQLite file, default mode: an answer means that the data is on disk (synchronous=FULL, group commit)",
    };

    private static string FindExecutable()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "src", "Holdfast", "bin", "Release", "net10.0", "holdfast");
            if (File.Exists(candidate))
                return candidate;
            if (File.Exists(Path.Combine(folder.FullName, "Holdfast.slnx")))
                throw new BenchmarkException($"{candidate} does not exist. Build it (dotnet build -c Release src/Holdfast) or name another with --exe.");
        }

        throw new BenchmarkException("This program does not run from within the repository: name the server's executable with --exe.");
    }
}
