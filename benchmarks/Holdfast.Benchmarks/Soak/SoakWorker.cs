using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Benchmarks.Load;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Benchmarks.Soak;

/// <summary>
/// A worker that remembers nothing: each turn is worked out of the whole history. It goes on whatever fails, and counts it.
/// </summary>
internal sealed class SoakWorker : IAsyncDisposable
{
    public const string TaskQueueName = "soak";

    private const string Identity = "holdfast-soak";
    private const int Pollers = 8;
    private static readonly TaskQueue Queue = new() { Name = TaskQueueName, Kind = TaskQueueKind.Normal };

    private readonly WorkflowServiceCalls calls;
    private readonly string ns;
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> pollers = [];
    private long failures;

    public SoakWorker(WorkflowServiceCalls calls, string ns)
    {
        this.calls = calls;
        this.ns = ns;
        for (var i = 0; i < Pollers; i++)
        {
            pollers.Add(PollAsync(PollWorkflowTaskAsync));
            pollers.Add(PollAsync(PollActivityTaskAsync));
        }
    }

    /// <summary>Calls that failed.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>What the last failed call said.</summary>
    public string? LastFailure { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(pollers);
        stop.Dispose();
    }

    private async Task PollAsync(Func<Task> poll)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await poll();
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException)
            {
                if (stop.IsCancellationRequested)
                    return;
                Interlocked.Increment(ref failures);
                LastFailure = e.Message;
                await Task.Delay(TimeSpan.FromMilliseconds(200));
            }
        }
    }

    private async Task PollActivityTaskAsync()
    {
        var task = await calls.PollActivityTaskAsync(new() { Namespace = ns, Identity = Identity, TaskQueue = Queue }, stop.Token);
        if (task.TaskToken.IsEmpty)
            return;
        if (task.ActivityType.Name == nameof(SoakStep.FailingActivity) && task.Attempt == 1)
        {
            await calls.FailActivityTaskAsync(
                new() { TaskToken = task.TaskToken, Identity = Identity, Namespace = ns, Failure = new Failure { Message = "on purpose", ApplicationFailureInfo = new() { Type = "Purpose" } } },
                stop.Token);
            return;
        }

        await calls.CompleteActivityTaskAsync(
            new() { TaskToken = task.TaskToken, Identity = Identity, Namespace = ns, Result = Load.Payloads.Output() }, stop.Token);
    }

    private async Task PollWorkflowTaskAsync()
    {
        var task = await calls.PollWorkflowTaskAsync(new() { Namespace = ns, Identity = Identity, TaskQueue = Queue }, stop.Token);
        while (task is { TaskToken.IsEmpty: false })
            task = (await calls.CompleteWorkflowTaskAsync(await TurnAsync(task), stop.Token)).WorkflowTask;
    }

    private async Task<RespondWorkflowTaskCompletedRequest> TurnAsync(PollWorkflowTaskQueueResponse task)
    {
        List<HistoryEvent> events = [.. task.History.Events];
        for (var next = task.NextPageToken; !next.IsEmpty;)
        {
            var page = await calls.GetHistoryAsync(new() { Namespace = ns, Execution = task.WorkflowExecution, NextPageToken = next }, stop.Token);
            events.AddRange(page.History.Events);
            next = page.NextPageToken;
        }

        var request = new RespondWorkflowTaskCompletedRequest { TaskToken = task.TaskToken, Identity = Identity, Namespace = ns, ReturnNewWorkflowTask = true };
        foreach (var message in task.Messages)
            UpdateAnswer.Add(request, message);
        if (Next(SoakProgram.Of(events[0].WorkflowExecutionStartedEventAttributes.Input), events, task.Messages.Count) is { } command)
            request.Commands.Add(command);
        return request;
    }

    private static Command? Next(SoakProgram program, List<HistoryEvent> events, int updatesNow)
    {
        var begun = events.Select(Begun).Where(name => name is not null).ToHashSet();
        var ended = events.Select(one => Ended(one, events)).Where(name => name is not null).ToHashSet();
        var signals = events.Count(one => one.EventType == EventType.WorkflowExecutionSignaled);
        var updates = events.Count(one => one.EventType == EventType.WorkflowExecutionUpdateCompleted) + updatesNow;
        for (var i = 0; i < program.Steps.Count; i++)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            var step = program.Steps[i];
            var isDone = step switch
            {
                SoakStep.Signal => --signals >= 0,
                SoakStep.Update => --updates >= 0,
                _ => ended.Contains(name),
            };
            if (!isDone)
                return begun.Contains(name) ? null : Begin(program, step, name);
        }

        return program.Continues
            ? new Command
            {
                CommandType = CommandType.ContinueAsNewWorkflowExecution,
                ContinueAsNewWorkflowExecutionCommandAttributes = new()
                {
                    WorkflowType = new WorkflowType { Name = "soak" },
                    TaskQueue = Queue,
                    Input = SoakProgram.Of(program.Number, program.Generation + 1).Input(),
                },
            }
            : new Command
            {
                CommandType = CommandType.CompleteWorkflowExecution,
                CompleteWorkflowExecutionCommandAttributes = new() { Result = Load.Payloads.Output() },
            };
    }

    private static Command? Begin(SoakProgram program, SoakStep step, string name) => step switch
    {
        SoakStep.Activity or SoakStep.FailingActivity => new Command
        {
            CommandType = CommandType.ScheduleActivityTask,
            ScheduleActivityTaskCommandAttributes = new()
            {
                ActivityId = name,
                ActivityType = new ActivityType { Name = step.ToString() },
                TaskQueue = Queue,
                Input = Load.Payloads.Mail(name),
                StartToCloseTimeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)),
                RetryPolicy = new RetryPolicy { InitialInterval = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(100)) },
            },
        },
        SoakStep.Timer => new Command
        {
            CommandType = CommandType.StartTimer,
            StartTimerCommandAttributes = new()
            {
                TimerId = name,
                StartToFireTimeout = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(50 + (program.Number % 40 * 100))),
            },
        },

        // The client sends those.
        SoakStep.Signal or SoakStep.Update => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string? Begun(HistoryEvent one) =>
        one.ActivityTaskScheduledEventAttributes?.ActivityId ?? one.TimerStartedEventAttributes?.TimerId;

    private static string? Ended(HistoryEvent one, List<HistoryEvent> events) => one.EventType switch
    {
        EventType.ActivityTaskCompleted =>
            events[(int)one.ActivityTaskCompletedEventAttributes.ScheduledEventId - 1].ActivityTaskScheduledEventAttributes.ActivityId,
        EventType.TimerFired => one.TimerFiredEventAttributes.TimerId,
        _ => null,
    };
}
