using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Benchmarks.Load;
using Holdfast.Benchmarks.Machine;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Holdfast.Benchmarks.Soak;

/// <summary>
/// Random work at a steady rate for a long time, with a retention so short that as much is deleted as is begun. Prints a line each minute: memory,
/// file and latency must be level.
/// </summary>
internal sealed class SoakRun(BenchmarkOptions options, string executable)
{
    public const string Name = "soak";

    private const string Namespace = "soak";
    private const string Identity = "holdfast-soak";
    private const double Megabyte = 1024 * 1024;

    private static readonly TimeSpan RetentionPeriod = TimeSpan.FromMinutes(5);

    private SoakMinute minute = new();

    public async Task RunAsync(CancellationToken cancel)
    {
        await using var server = await ServerProcess.StartAsync(executable, options.InMemory, options.Database, options.ServerArguments, cancel);
        using var calls = new WorkflowServiceCalls(server.Address, new());
        using var workersCalls = new WorkflowServiceCalls(server.Address, new());
        await calls.RegisterNamespaceAsync(
            new() { Namespace = Namespace, WorkflowExecutionRetentionPeriod = Duration.FromTimeSpan(RetentionPeriod) }, cancel);
        await using var worker = new SoakWorker(workersCalls, Namespace);
        Print($"Soak: {options.SoakMinutes} minutes, {options.SoakRate} workflows/s, retention {RetentionPeriod.TotalMinutes:0} minutes, server process {server.ProcessId}");
        Print($"| minute | started | closed | open | RSS MB | data MB | free in file MB | CPU ms/workflow | plain p50 ms | plain p99 ms | update p50 ms | update p99 ms | failed calls |");
        Print($"|-------:|--------:|-------:|-----:|-------:|--------:|----------------:|----------------:|-------------:|-------------:|--------------:|--------------:|-------------:|");

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var load = StartAtRateAsync(calls, stop.Token);
        var open = 0L;
        var workersFailures = 0L;
        var cpu = ProcessFigures.Read(server.ProcessId).Cpu;
        for (var i = 1; i <= options.SoakMinutes; i++)
        {
            await Task.Delay(TimeSpan.FromMinutes(1), cancel);
            var last = Interlocked.Exchange(ref minute, new());
            open += last.Started - last.Closed;
            var figures = ProcessFigures.Read(server.ProcessId);
            var used = await server.MeasureBytesOnDiskAsync();
            var failures = worker.Failures;
            Print($"| {i} | {last.Started} | {last.Closed} | {open} | {figures.ResidentBytes / Megabyte:0} | {used / Megabyte:0.0} | {server.FreeBytes() / Megabyte:0.0} | {(figures.Cpu - cpu).TotalMilliseconds / Math.Max(1, last.Started):0.00} | {Percentile(last.PlainMs, 50)} | {Percentile(last.PlainMs, 99)} | {Percentile(last.UpdateMs, 50)} | {Percentile(last.UpdateMs, 99)} | {last.Failed + failures - workersFailures} |");
            if (failures > workersFailures)
                Console.Error.WriteLine($"A worker's call failed: {worker.LastFailure}");
            workersFailures = failures;
            cpu = figures.Cpu;
        }

        await stop.CancelAsync();
        await load;
        Print($"peak RSS {ProcessFigures.Read(server.ProcessId).PeakResidentBytes / Megabyte:0} MB");
        if (server.Output.Length > 0)
            Console.Error.WriteLine($"The server said:\n{server.Output}");
    }

    private async Task StartAtRateAsync(WorkflowServiceCalls calls, CancellationToken cancel)
    {
        var begun = Stopwatch.GetTimestamp();
        for (var number = 0; !cancel.IsCancellationRequested; number++)
        {
            // By the clock and not by the pause before: a slow moment is caught up with.
            var due = TimeSpan.FromSeconds((double)number / options.SoakRate) - Stopwatch.GetElapsedTime(begun);
            if (due > TimeSpan.Zero)
                await Task.Delay(due, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ = OneAsync(calls, SoakProgram.Of(number, 0), cancel);
        }
    }

    private async Task OneAsync(WorkflowServiceCalls calls, SoakProgram program, CancellationToken cancel)
    {
        try
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"soak-{program.Number}");
            var random = new Random(program.Number);
            var begun = Stopwatch.GetTimestamp();
            minute.AddStarted();
            var execution = new WorkflowExecution { WorkflowId = id };
            await calls.StartWorkflowAsync(
                new()
                {
                    Namespace = Namespace,
                    WorkflowId = id,
                    WorkflowType = new WorkflowType { Name = Name },
                    TaskQueue = new TaskQueue { Name = SoakWorker.TaskQueueName, Kind = TaskQueueKind.Normal },
                    Input = program.Input(),
                    RequestId = id,
                    Identity = Identity,
                },
                cancel);
            foreach (var step in program.Steps)
            {
                if (step is SoakStep.Signal or SoakStep.Update)
                    await Task.Delay(random.Next(2_000), cancel);
                if (step == SoakStep.Signal)
                {
                    await calls.SignalWorkflowAsync(
                        new() { Namespace = Namespace, WorkflowExecution = execution, SignalName = "go", Input = Load.Payloads.Output(), Identity = Identity, RequestId = Guid.NewGuid().ToString() },
                        cancel);
                }
                else if (step == SoakStep.Update)
                {
                    await UpdateAsync(calls, execution, cancel);
                }
            }

            await WaitForCloseAsync(calls, execution, cancel);
            minute.AddClosed();
            if (program.IsPlain)
                minute.PlainMs.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            if (cancel.IsCancellationRequested)
                return;
            minute.AddFailed();
            Console.Error.WriteLine($"A client's call failed: {e.Message}");
        }
    }

    private async Task UpdateAsync(WorkflowServiceCalls calls, WorkflowExecution execution, CancellationToken cancel)
    {
        var begun = Stopwatch.GetTimestamp();
        var update = new Temporalio.Api.WorkflowService.V1.UpdateWorkflowExecutionRequest
        {
            Namespace = Namespace,
            WorkflowExecution = execution,
            WaitPolicy = new() { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Completed },
            Request = new() { Meta = new() { UpdateId = Guid.NewGuid().ToString(), Identity = Identity }, Input = new() { Name = "go" } },
        };
        while ((await calls.UpdateWorkflowAsync(update, cancel)).Outcome is null)
        {
        }

        minute.UpdateMs.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }

    private static async Task WaitForCloseAsync(WorkflowServiceCalls calls, WorkflowExecution execution, CancellationToken cancel)
    {
        var runId = "";
        while (true)
        {
            var answer = await calls.GetHistoryAsync(
                new()
                {
                    Namespace = Namespace,
                    Execution = new() { WorkflowId = execution.WorkflowId, RunId = runId },
                    WaitNewEvent = true,
                    HistoryEventFilterType = HistoryEventFilterType.CloseEvent,
                },
                cancel);
            if (answer.History?.Events is not [var close, ..])
                continue;
            if (close.WorkflowExecutionContinuedAsNewEventAttributes is not { } continued)
                return;
            runId = continued.NewExecutionRunId;
        }
    }

    private static string Percentile(IEnumerable<double> values, int percent)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? "-" : sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)].ToString("0.0", CultureInfo.InvariantCulture);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
