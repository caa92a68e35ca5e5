using Grpc.Core;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Benchmarks.Load;

/// <summary>A worker of workflows that do nothing but wait: takes each of their tasks, completes the updates that came with it, and waits on.</summary>
internal sealed class WaitingWorker : IAsyncDisposable
{
    private const string Identity = "holdfast-benchmark";

    private readonly TaskQueue queue;
    private readonly TaskQueue sticky;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> pollers = [];

    /// <param name="calls">The connection that polls and answers.</param>
    /// <param name="taskQueue">Where the workflows were started.</param>
    /// <param name="count">Concurrent polls of each kind.</param>
    public WaitingWorker(WorkflowServiceCalls calls, string taskQueue, int count)
    {
        queue = new TaskQueue { Name = taskQueue, Kind = TaskQueueKind.Normal };
        sticky = new TaskQueue { Name = $"{taskQueue}-sticky", Kind = TaskQueueKind.Sticky, NormalName = taskQueue };
        for (var i = 0; i < count; i++)
        {
            pollers.Add(PollAsync(calls, queue));
            pollers.Add(PollAsync(calls, sticky));
        }
    }

    /// <summary>Faults as soon as any task or poll failed: figures of a failing run mean nothing.</summary>
    public Task Failed => failed.Task;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(pollers);
        stop.Dispose();
    }

    private async Task PollAsync(WorkflowServiceCalls calls, TaskQueue from)
    {
        await Task.Yield();
        var poll = new PollWorkflowTaskQueueRequest { Namespace = BenchmarkNamespace.Name, Identity = Identity, TaskQueue = from };
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var task = await calls.PollWorkflowTaskAsync(poll, stop.Token);
                while (task is { TaskToken.IsEmpty: false })
                    task = (await calls.CompleteWorkflowTaskAsync(Turn(task), stop.Token)).WorkflowTask;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                // More signals came during the turn than the server keeps for after it (100): it gave the turn up, and another task comes.
            }
            catch (Exception e) when (stop.IsCancellationRequested && e is RpcException or OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                failed.TrySetException(e);
                return;
            }
        }
    }

    private RespondWorkflowTaskCompletedRequest Turn(PollWorkflowTaskQueueResponse task)
    {
        var turn = new RespondWorkflowTaskCompletedRequest
        {
            TaskToken = task.TaskToken,
            Identity = Identity,
            Namespace = BenchmarkNamespace.Name,
            ReturnNewWorkflowTask = true,
            StickyAttributes = new() { WorkerTaskQueue = sticky, ScheduleToStartTimeout = RawWorker.StickyTimeout },
        };
        foreach (var message in task.Messages)
            UpdateAnswer.Add(turn, message);
        return turn;
    }
}
