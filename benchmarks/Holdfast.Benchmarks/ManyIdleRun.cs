using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Benchmarks.Load;
using Holdfast.Benchmarks.Machine;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Holdfast.Benchmarks;

/// <summary>
/// Many workflows that wait for a signal: what they cost in memory and on disk, and how soon a server that is killed and started again on
/// them answers and wakes one.
/// </summary>
internal sealed class ManyIdleRun(BenchmarkOptions options, string executable)
{
    public const string Name = "many-idle";

    private const int InFlight = 128;
    private const string TaskQueueName = "many-idle";
    private const double Megabyte = 1024 * 1024;

    // What a worker of another process would find: any of them, so that no cache helps.
    private const int Woken = 1_000;

    public async Task RunAsync(int count, CancellationToken cancel)
    {
        await using var server = await ServerProcess.StartAsync(executable, inMemory: false, options.Database, options.ServerArguments, cancel);
        var empty = await server.MeasureBytesOnDiskAsync();
        var seconds = await StartAllAsync(server, count, cancel);
        Print($"{count} workflows started and waiting after {seconds:0} s ({count / seconds:0}/s)");
        PrintMemory(server, "after the starts");
        if (options.Settle > TimeSpan.Zero)
        {
            await Task.Delay(options.Settle, cancel);
            PrintMemory(server, $"{options.Settle.TotalSeconds:0} s later");
        }

        // Killed, as a machine without power: the longest way back.
        await server.RestartAsync(executable, options.ServerArguments, cancel);
        Print($"first call answered {server.ColdStart.TotalMilliseconds:0} ms after the process was started again");
        await WakeAsync(server, count, cancel);
        PrintMemory(server, $"after {Woken} of them were woken");
        await server.StopAsync();
        Print($"{(await server.MeasureBytesOnDiskAsync() - empty) / (double)count:0} bytes on disk for each");
    }

    private static async Task<double> StartAllAsync(ServerProcess server, int count, CancellationToken cancel)
    {
        var answered = new ConcurrentDictionary<string, long>();
        using var calls = new WorkflowServiceCalls(server.Address, answered);
        var begun = Stopwatch.GetTimestamp();
        var taken = -1;
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => StartOneAfterAnotherAsync()));
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;

        async Task StartOneAfterAnotherAsync()
        {
            await Task.Yield();
            for (int index; (index = Interlocked.Increment(ref taken)) < count;)
            {
                var started = await calls.StartWorkflowAsync(
                    new()
                    {
                        Namespace = BenchmarkNamespace.Name,
                        WorkflowId = IdOf(index),
                        WorkflowType = new WorkflowType { Name = "wait" },
                        TaskQueue = new TaskQueue { Name = TaskQueueName, Kind = TaskQueueKind.Normal },
                        Input = Load.Payloads.Mail(IdOf(index)),
                        RequestId = Guid.NewGuid().ToString(),
                        Identity = "holdfast-benchmark",
                        RequestEagerExecution = true,
                    },
                    cancel);
                if (started.EagerWorkflowTask is not { } task)
                    throw new BenchmarkException("The server gives no eager workflow task.");

                // Nothing to do but to wait.
                await calls.CompleteWorkflowTaskAsync(
                    new() { TaskToken = task.TaskToken, Identity = "holdfast-benchmark", Namespace = BenchmarkNamespace.Name }, cancel);
            }
        }
    }

    private static async Task WakeAsync(ServerProcess server, int count, CancellationToken cancel)
    {
        using var calls = new WorkflowServiceCalls(server.Address, new());
        var random = new Random(1);
        var begun = Stopwatch.GetTimestamp();
        await calls.DescribeWorkflowAsync(
            new() { Namespace = BenchmarkNamespace.Name, Execution = new WorkflowExecution { WorkflowId = IdOf(random.Next(count)) } }, cancel);
        Print($"one of them described after {Since(begun):0} ms more");

        begun = Stopwatch.GetTimestamp();
        await SignalAsync();
        Print($"a signal to one of them answered after {Since(begun):0} ms more");
        await PollAsync();
        Print($"its task in a worker's hands {Since(begun):0} ms after the signal was sent");

        var latencies = new double[Woken];
        for (var i = 0; i < Woken; i++)
        {
            begun = Stopwatch.GetTimestamp();
            await SignalAsync();
            await PollAsync();
            latencies[i] = Since(begun);
        }

        Array.Sort(latencies);
        Print($"{Woken} more woken one by one: {latencies[Woken / 2]:0.0} ms from signal to task in the median, {latencies[Woken * 99 / 100]:0.0} ms at p99");

        Task SignalAsync() => calls.SignalWorkflowAsync(
            new()
            {
                Namespace = BenchmarkNamespace.Name,
                WorkflowExecution = new WorkflowExecution { WorkflowId = IdOf(random.Next(count)) },
                SignalName = "wake",
            },
            cancel);

        async Task PollAsync()
        {
            var task = await calls.PollWorkflowTaskAsync(
                new() { Namespace = BenchmarkNamespace.Name, Identity = "holdfast-benchmark", TaskQueue = new TaskQueue { Name = TaskQueueName, Kind = TaskQueueKind.Normal } },
                cancel);
            if (task.TaskToken.IsEmpty)
                throw new BenchmarkException("No workflow task came after a signal.");
            await calls.CompleteWorkflowTaskAsync(
                new() { TaskToken = task.TaskToken, Identity = "holdfast-benchmark", Namespace = BenchmarkNamespace.Name }, cancel);
        }
    }

    private static string IdOf(int index) => $"idle-{index.ToString(CultureInfo.InvariantCulture)}";

    private static double Since(long begun) => Stopwatch.GetElapsedTime(begun).TotalMilliseconds;

    private static void PrintMemory(ServerProcess server, string when)
    {
        var figures = ProcessFigures.Read(server.ProcessId);
        Print($"{figures.ResidentBytes / Megabyte:0} MB RSS {when} (peak {figures.PeakResidentBytes / Megabyte:0} MB)");
    }

    private static void Print(string text) => Console.WriteLine($"{Name}: {text}");
}
