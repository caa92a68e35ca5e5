using System.Diagnostics;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Benchmarks.Load;

/// <summary>
/// Starts workflows and waits for their end as a client of an SDK does: by a long poll for the close
/// event. Keeps a fixed number open: each that closes makes room for the next.
/// </summary>
/// <param name="takeEager">Takes the first workflow task where the server hands it over with its answer to the start; null: it is not asked to.</param>
internal sealed class LoadClient(WorkflowServiceCalls calls, string taskQueue, Action<PollWorkflowTaskQueueResponse>? takeEager)
{
    /// <summary>Runs <paramref name="count"/> workflows, <paramref name="inFlight"/> at a time.</summary>
    /// <returns>For each workflow the time from before its start until its close was seen, in milliseconds.</returns>
    public async Task<double[]> RunAsync(int count, int inFlight, CancellationToken cancel)
    {
        var latencies = new double[count];
        var taken = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(inFlight, count)).Select(_ => RunOneAfterAnotherAsync()));
        return latencies;

        async Task RunOneAfterAnotherAsync()
        {
            await Task.Yield();
            for (int index; (index = Interlocked.Increment(ref taken)) < count;)
            {
                var begun = Stopwatch.GetTimestamp();
                await RunOneAsync(cancel);
                latencies[index] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            }
        }
    }

    private async Task RunOneAsync(CancellationToken cancel)
    {
        var workflowId = $"benchmark-{Guid.NewGuid():n}";
        var started = await calls.StartWorkflowAsync(
            new()
            {
                Namespace = BenchmarkNamespace.Name,
                WorkflowId = workflowId,
                WorkflowType = new WorkflowType { Name = "benchmark" },
                TaskQueue = new TaskQueue { Name = taskQueue, Kind = TaskQueueKind.Normal },
                Input = Payloads.Mail(workflowId),
                RequestId = Guid.NewGuid().ToString(),
                Identity = "holdfast-benchmark",
                RequestEagerExecution = takeEager is not null,
            },
            cancel);
        takeEager?.Invoke(started.EagerWorkflowTask ?? throw new BenchmarkException("The server gives no eager workflow task."));

        var wait = new GetWorkflowExecutionHistoryRequest
        {
            Namespace = BenchmarkNamespace.Name,
            Execution = new WorkflowExecution { WorkflowId = workflowId, RunId = started.RunId },
            WaitNewEvent = true,
            HistoryEventFilterType = HistoryEventFilterType.CloseEvent,
            SkipArchival = true,
        };
        while (true)
        {
            var answer = await calls.GetHistoryAsync(wait, cancel);
            if (answer.History?.Events is [var close, ..])
            {
                if (close.EventType != EventType.WorkflowExecutionCompleted)
                    throw new BenchmarkException($"Workflow {workflowId} ended with {close.EventType} instead of WorkflowExecutionCompleted.");
                return;
            }

            wait.NextPageToken = answer.NextPageToken;
        }
    }
}
