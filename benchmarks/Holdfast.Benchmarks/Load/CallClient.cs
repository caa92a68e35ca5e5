using System.Diagnostics;
using System.Globalization;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Update.V1;

namespace Holdfast.Benchmarks.Load;

/// <summary>Starts workflows that wait, and sends them signals or updates.</summary>
internal sealed class CallClient(WorkflowServiceCalls calls, string taskQueue)
{
    private const string Identity = "holdfast-benchmark";
    private const int StartsInFlight = 64;

    /// <summary>Starts so many, each of which then waits.</summary>
    public Task<double[]> StartAsync(int runs, CancellationToken cancel) => AllAsync(runs, StartsInFlight, index => calls.StartWorkflowAsync(
        new()
        {
            Namespace = BenchmarkNamespace.Name,
            WorkflowId = IdOf(index),
            WorkflowType = new WorkflowType { Name = "wait" },
            TaskQueue = new TaskQueue { Name = taskQueue, Kind = TaskQueueKind.Normal },
            Input = Payloads.Mail(IdOf(index)),
            RequestId = Guid.NewGuid().ToString(),
            Identity = Identity,
        },
        cancel));

    /// <summary>Sends <paramref name="count"/> signals, to the runs in turn.</summary>
    /// <returns>Of each the time from before the call until its answer, in milliseconds.</returns>
    public Task<double[]> SignalAsync(int count, int inFlight, int runs, CancellationToken cancel) => AllAsync(count, inFlight, index => calls.SignalWorkflowAsync(
        new()
        {
            Namespace = BenchmarkNamespace.Name,
            WorkflowExecution = new WorkflowExecution { WorkflowId = IdOf(index % runs) },
            SignalName = "benchmark",
            Input = Payloads.Short(),
            RequestId = Guid.NewGuid().ToString(),
            Identity = Identity,
        },
        cancel));

    /// <summary>Sends <paramref name="count"/> updates, to the runs in turn, each until its result is there.</summary>
    /// <returns>Of each the time from before the call until its answer, in milliseconds.</returns>
    public Task<double[]> UpdateAsync(int count, int inFlight, int runs, CancellationToken cancel) => AllAsync(count, inFlight, async index =>
    {
        var answer = await calls.UpdateWorkflowAsync(
            new()
            {
                Namespace = BenchmarkNamespace.Name,
                WorkflowExecution = new WorkflowExecution { WorkflowId = IdOf(index % runs) },
                WaitPolicy = new WaitPolicy { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Completed },
                Request = new Request
                {
                    Meta = new Meta { UpdateId = Guid.NewGuid().ToString(), Identity = Identity },
                    Input = new Input { Name = "benchmark", Args = Payloads.Short() },
                },
            },
            cancel);
        if (answer.Outcome?.Success is null)
            throw new BenchmarkException($"An update of workflow {IdOf(index % runs)} came back without its result, at {answer.Stage}.");
    });

    /// <summary>Events of the first run so far.</summary>
    public async Task<long> CountEventsAsync(CancellationToken cancel)
    {
        var described = await calls.DescribeWorkflowAsync(
            new() { Namespace = BenchmarkNamespace.Name, Execution = new WorkflowExecution { WorkflowId = IdOf(0) } }, cancel);
        return described.WorkflowExecutionInfo.HistoryLength;
    }

    private static async Task<double[]> AllAsync(int count, int inFlight, Func<int, Task> call)
    {
        var latencies = new double[count];
        var taken = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(inFlight, count)).Select(_ => OneAfterAnotherAsync()));
        return latencies;

        async Task OneAfterAnotherAsync()
        {
            await Task.Yield();
            for (int index; (index = Interlocked.Increment(ref taken)) < count;)
            {
                var begun = Stopwatch.GetTimestamp();
                await call(index);
                latencies[index] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            }
        }
    }

    private string IdOf(int index) => $"{taskQueue}-{index.ToString(CultureInfo.InvariantCulture)}";
}
