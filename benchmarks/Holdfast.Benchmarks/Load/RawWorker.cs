using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Benchmarks.Load;

/// <summary>
/// A worker as cheap as one can be: polls for tasks, works out from the history how many steps
/// are done, and answers with the next one or with the workflow's end.
/// </summary>
/// <remarks>
/// It asks for what the cores of the SDKs ask for: a sticky queue, a new workflow task in the answer,
/// and eager activities where wanted. A task is handled beside its poller, which polls again at once.
/// </remarks>
internal sealed class RawWorker : IAsyncDisposable
{
    /// <summary>As long as the SDKs' cores have it.</summary>
    internal static readonly Duration StickyTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(10));

    private const string Identity = "holdfast-benchmark";
    private static readonly Duration TimerLength = Duration.FromTimeSpan(TimeSpan.FromSeconds(Scenario.TimerSeconds));
    private static readonly Duration StartToClose = Duration.FromTimeSpan(TimeSpan.FromMinutes(5));

    private readonly IReadOnlyList<WorkflowServiceCalls> _connections;
    private readonly Scenario _scenario;
    private readonly string _taskQueue;
    private readonly string _stickyQueue;
    private readonly bool _eager;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _stepsDone = new();
    private readonly List<Task> _pollers = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _emptyPolls;
    private long _replays;

    public RawWorker(IReadOnlyList<WorkflowServiceCalls> connections, Scenario scenario, string taskQueue, bool eager, int pollers)
    {
        _connections = connections;
        _scenario = scenario;
        _taskQueue = taskQueue;
        _stickyQueue = $"{taskQueue}-sticky-{Environment.ProcessId}";
        _eager = eager;

        for (var i = 0; i < pollers; i++)
        {
            var connection = connections[i % connections.Count];
            _pollers.Add(PollWorkflowTasksAsync(connection, sticky: false));
            _pollers.Add(PollWorkflowTasksAsync(connection, sticky: true));
            _pollers.Add(PollActivityTasksAsync(connection));
        }
    }

    /// <summary>Faults as soon as any task or poll failed: figures of a failing run mean nothing.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Polls that came back with nothing, which the number of calls per workflow leaves out.</summary>
    public long EmptyPolls => Interlocked.Read(ref _emptyPolls);

    /// <summary>Workflow tasks that came without the cached state and had to be counted from the whole history.</summary>
    public long Replays => Interlocked.Read(ref _replays);

    /// <summary>Takes a task that came with the answer to a start.</summary>
    public void Take(PollWorkflowTaskQueueResponse task) => _ = GuardAsync(HandleWorkflowTaskAsync(_connections[0], task));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_pollers);
        _stop.Dispose();
    }

    private async Task PollWorkflowTasksAsync(WorkflowServiceCalls connection, bool sticky)
    {
        var request = new PollWorkflowTaskQueueRequest
        {
            Namespace = BenchmarkNamespace.Name,
            Identity = Identity,
            TaskQueue = sticky
                ? new TaskQueue { Name = _stickyQueue, Kind = TaskQueueKind.Sticky, NormalName = _taskQueue }
                : new TaskQueue { Name = _taskQueue, Kind = TaskQueueKind.Normal },
        };
        await PollAsync(async () =>
        {
            var task = await connection.PollWorkflowTaskAsync(request, _stop.Token);
            if (task.TaskToken.IsEmpty)
                Interlocked.Increment(ref _emptyPolls);
            else
                _ = GuardAsync(HandleWorkflowTaskAsync(connection, task));
        });
    }

    private async Task PollActivityTasksAsync(WorkflowServiceCalls connection)
    {
        var request = new PollActivityTaskQueueRequest
        {
            Namespace = BenchmarkNamespace.Name,
            Identity = Identity,
            TaskQueue = new TaskQueue { Name = _taskQueue, Kind = TaskQueueKind.Normal },
        };
        await PollAsync(async () =>
        {
            var task = await connection.PollActivityTaskAsync(request, _stop.Token);
            if (task.TaskToken.IsEmpty)
                Interlocked.Increment(ref _emptyPolls);
            else
                _ = GuardAsync(CompleteActivityAsync(connection, task.TaskToken));
        });
    }

    private async Task PollAsync(Func<Task> poll)
    {
        await Task.Yield();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await poll();
            }
            catch (Exception e) when (_stop.IsCancellationRequested && e is RpcException or OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                _failed.TrySetException(e);
                return;
            }
        }
    }

    private async Task HandleWorkflowTaskAsync(WorkflowServiceCalls connection, PollWorkflowTaskQueueResponse task)
    {
        for (PollWorkflowTaskQueueResponse? next = task; next is { TaskToken.IsEmpty: false };)
        {
            var done = await CountStepsDoneAsync(connection, next);
            var isLast = done == _scenario.Steps;
            var runId = next.WorkflowExecution.RunId;
            if (isLast)
                _stepsDone.TryRemove(runId, out _);
            else
                _stepsDone[runId] = done;

            var request = new RespondWorkflowTaskCompletedRequest
            {
                TaskToken = next.TaskToken,
                Identity = Identity,
                Namespace = BenchmarkNamespace.Name,
                ReturnNewWorkflowTask = true,
                StickyAttributes = new StickyExecutionAttributes
                {
                    WorkerTaskQueue = new TaskQueue { Name = _stickyQueue, Kind = TaskQueueKind.Sticky, NormalName = _taskQueue },
                    ScheduleToStartTimeout = StickyTimeout,
                },
            };
            request.Commands.Add(isLast ? CompleteWorkflow() : Step(task.WorkflowExecution.WorkflowId, done + 1));
            var response = await connection.CompleteWorkflowTaskAsync(request, _stop.Token);
            foreach (var activity in response.ActivityTasks)
                _ = GuardAsync(CompleteActivityAsync(connection, activity.TaskToken));
            next = response.WorkflowTask;
        }
    }

    private async ValueTask<int> CountStepsDoneAsync(WorkflowServiceCalls connection, PollWorkflowTaskQueueResponse task)
    {
        var events = task.History.Events;
        var startsAtOne = events.Count > 0 && events[0].EventId == 1;
        if (task.NextPageToken.IsEmpty && startsAtOne)
            return Completed(events);
        if (task.NextPageToken.IsEmpty && _stepsDone.TryGetValue(task.WorkflowExecution.RunId, out var known))
            return known + Completed(events);

        Interlocked.Increment(ref _replays);
        var request = new GetWorkflowExecutionHistoryRequest { Namespace = BenchmarkNamespace.Name, Execution = task.WorkflowExecution };
        var done = 0;
        do
        {
            var page = await connection.GetHistoryAsync(request, _stop.Token);
            done += Completed(page.History.Events);
            request.NextPageToken = page.NextPageToken;
        }
        while (!request.NextPageToken.IsEmpty);
        return done;

        static int Completed(IEnumerable<HistoryEvent> events) => events.Count(e => e.EventType is EventType.ActivityTaskCompleted or EventType.TimerFired);
    }

    private Task<RespondActivityTaskCompletedResponse> CompleteActivityAsync(WorkflowServiceCalls connection, ByteString token) =>
        connection.CompleteActivityTaskAsync(
            new() { TaskToken = token, Identity = Identity, Namespace = BenchmarkNamespace.Name, Result = Payloads.Output() },
            _stop.Token);

    private Command Step(string workflowId, int number) => number <= _scenario.Activities ? ScheduleActivity(workflowId, number) : StartTimer(number);

    private Command ScheduleActivity(string workflowId, int number) => new()
    {
        CommandType = CommandType.ScheduleActivityTask,
        ScheduleActivityTaskCommandAttributes = new()
        {
            ActivityId = number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ActivityType = new ActivityType { Name = "step" },
            TaskQueue = new TaskQueue { Name = _taskQueue, Kind = TaskQueueKind.Normal },
            Input = Payloads.Mail(workflowId),
            StartToCloseTimeout = StartToClose,
            RequestEagerExecution = _eager,
        },
    };

    private static Command StartTimer(int number) => new()
    {
        CommandType = CommandType.StartTimer,
        StartTimerCommandAttributes = new() { TimerId = number.ToString(System.Globalization.CultureInfo.InvariantCulture), StartToFireTimeout = TimerLength },
    };

    private static Command CompleteWorkflow() => new()
    {
        CommandType = CommandType.CompleteWorkflowExecution,
        CompleteWorkflowExecutionCommandAttributes = new() { Result = Payloads.Output() },
    };

    private async Task GuardAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The measurement is over: what it leaves behind is not of interest.
        }
        catch (Exception e)
        {
            _failed.TrySetException(e);
        }
    }
}
