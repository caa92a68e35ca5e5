using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Activities;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Signals;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Tests.Traces;

/// <summary>
/// One run driven by hand in virtual time. After each step it checks what must hold for every decision: the state is the fold of the
/// records, event ids have no gap, and encoding and decoding the journal changes nothing.
/// </summary>
internal sealed class RunTrace
{
    public const string NamespaceId = "ns-id";
    public const string WorkflowId = "wf";
    public const string Worker = "worker";

    private readonly Refold journal = new();
    private int ids;

    public static DateTime Start { get; } = new(2026, 11, 22, 12, 0, 0, DateTimeKind.Utc);

    public DateTime Now { get; private set; } = Start;

    public EngineLimits Limits { get; init; } = EngineLimits.Default;

    public NamespaceView Namespace { get; init; } = new(NamespaceId, "default");

    public MutableState State { get; private set; } = null!;

    /// <summary>A run that this one's decisions created (a successor), or null.</summary>
    public RunChange? NewRun { get; private set; }

    public IReadOnlyList<HistoryEvent> History =>
        [.. journal.History().Select(HistoryEvent.Parser.ParseFrom)];

    public DecisionContext Context => new()
    {
        Now = Now,
        NewId = () => $"id-{++ids}",
        Namespace = Namespace,
        Limits = Limits,
    };

    public static StartWorkflowExecutionRequest StartRequest(Action<StartWorkflowExecutionRequest>? configure = null)
    {
        var request = new StartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = WorkflowId,
            RequestId = "start",
            WorkflowType = new WorkflowType { Name = "Type" },
            TaskQueue = new TaskQueue { Name = "queue" },
            Identity = "client",
        };
        configure?.Invoke(request);
        return request;
    }

    public static RunTrace Started(Action<StartWorkflowExecutionRequest>? configure = null, EngineLimits? limits = null)
    {
        var trace = new RunTrace { Limits = limits ?? EngineLimits.Default };
        trace.Begin(new StartWorkflow(NamespaceId, StartRequest(configure)));
        return trace;
    }

    /// <summary>A run out of another one's decision.</summary>
    public static RunTrace Following(RunTrace other, RunChange created)
    {
        var trace = new RunTrace { Limits = other.Limits, Namespace = other.Namespace, Now = other.Now };
        trace.ids = other.ids + 1000;
        trace.Take(created);
        return trace;
    }

    /// <summary>Asks for a start when there is no run yet.</summary>
    public Answer<TReply> Begin<TReply>(IWorkflowRequest<TReply> request)
    {
        var decision = request.Decide(null, Context);
        Assert.Null(decision.Run);
        if (decision.NewRun is not null)
            Take(decision.NewRun);
        return decision.Answer;
    }

    public Answer<TReply> Ask<TReply>(IWorkflowRequest<TReply> request)
    {
        var decision = request.Decide(State, Context);
        if (decision.Run is not null)
            Take(decision.Run);
        if (decision.NewRun is not null)
            NewRun = decision.NewRun;
        return decision.Answer;
    }

    /// <summary>Lets virtual time pass, and fires what becomes due on the way, each thing at its own time.</summary>
    public void After(TimeSpan passed)
    {
        var until = Now + passed;
        while (Debts.Of(State, Now).WakeAt is { } wakeAt && wakeAt <= until)
        {
            Now = wakeAt > Now ? wakeAt : Now;
            var fired = Ask(new FireDueTimers(Target)).Reply;
            Assert.True(fired || Debts.Of(State, Now).Now.Length > 0, $"woken at {wakeAt:O}, and nothing was due");
        }

        Now = until;
    }

    /// <summary>Lets time pass without a look at what becomes due.</summary>
    public void Skip(TimeSpan passed) => Now += passed;

    public WorkflowTarget Target => WorkflowTarget.Of(State.Key);

    public WorkflowTaskStart StartTask(bool fromStickyQueue = false) => Ask(new StartWorkflowTask(
        Target,
        State.WorkflowTask!.ScheduledEventId,
        State.WorkflowTask.Attempt,
        new PollWorkflowTaskQueueRequest { Identity = Worker },
        $"poll-{++ids}",
        fromStickyQueue)).Reply;

    /// <summary>The worker takes the pending task and completes it.</summary>
    public Answer<WorkflowTaskCompletion> Turn(params Command[] commands) => Complete(StartTask(), request => request.Commands.AddRange(commands));

    public Answer<WorkflowTaskCompletion> Complete(WorkflowTaskStart task, Action<RespondWorkflowTaskCompletedRequest>? configure = null)
    {
        var request = new RespondWorkflowTaskCompletedRequest { TaskToken = task.Head.TaskToken, Identity = Worker };
        configure?.Invoke(request);
        return Ask(new CompleteWorkflowTask(TaskToken.Parse(task.Head.TaskToken)!, request));
    }

    public void Fail(WorkflowTaskStart task, WorkflowTaskFailedCause cause = WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure) =>
        Assert.Null(Ask(new FailWorkflowTask(TaskToken.Parse(task.Head.TaskToken)!, new RespondWorkflowTaskFailedRequest { Cause = cause, Identity = Worker })).Refusal);

    /// <summary>The workflow task that is owed to a worker now.</summary>
    public Obligation.DispatchWorkflowTask Dispatched() => Debts.Of(State, Now).Now.OfType<Obligation.DispatchWorkflowTask>().Single();

    public PollActivityTaskQueueResponse StartActivity(string activityId)
    {
        var activity = State.PendingActivities[State.ActivityIds[activityId]];
        return Ask(new StartActivityTask(
            Target, activity.ScheduledEventId, activity.Attempt, new PollActivityTaskQueueRequest { Identity = Worker }, $"poll-{++ids}")).Reply;
    }

    public Answer<bool> CompleteActivity(PollActivityTaskQueueResponse task) =>
        Ask(new CompleteActivity(ActivityLookup.ByToken(TaskToken.Parse(task.TaskToken)!), null, Worker));

    public Answer<bool> FailActivity(PollActivityTaskQueueResponse task, Failure? failure = null) =>
        Ask(new FailActivity(ActivityLookup.ByToken(TaskToken.Parse(task.TaskToken)!), failure ?? new Failure { Message = "boom", ApplicationFailureInfo = new() { Type = "Boom" } }, null, Worker));

    public Answer<SignalWorkflowExecutionResponse> Signal(string name, string requestId = "") =>
        Ask(new SignalWorkflow(Target, new SignalWorkflowExecutionRequest { SignalName = name, RequestId = requestId, Identity = "client" }));

    /// <summary>Something happens, and a worker is busy deciding on it: whatever comes now has to wait.</summary>
    public void StartTaskBySignal(out WorkflowTaskStart task)
    {
        Signal("wake");
        task = StartTask();
    }

    /// <summary>Compares the history from event <paramref name="from"/> on, one line an event: <c>5 WorkflowTaskScheduled</c>, with what tells it apart.</summary>
    public void ShouldRead(int from, params string[] expected) =>
        Assert.Equal(expected, History.Skip(from - 1).Select(Line));

    public static Command Timer(string id, TimeSpan delay) => new()
    {
        CommandType = CommandType.StartTimer,
        StartTimerCommandAttributes = new() { TimerId = id, StartToFireTimeout = Duration.FromTimeSpan(delay) },
    };

    public static Command CancelTimer(string id) => new()
    {
        CommandType = CommandType.CancelTimer,
        CancelTimerCommandAttributes = new() { TimerId = id },
    };

    public static Command Activity(string id, Action<ScheduleActivityTaskCommandAttributes>? configure = null)
    {
        var command = new Command
        {
            CommandType = CommandType.ScheduleActivityTask,
            ScheduleActivityTaskCommandAttributes = new()
            {
                ActivityId = id,
                ActivityType = new ActivityType { Name = "Act" },
                StartToCloseTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)),
            },
        };
        configure?.Invoke(command.ScheduleActivityTaskCommandAttributes);
        return command;
    }

    public static Command CompleteWorkflow() => new()
    {
        CommandType = CommandType.CompleteWorkflowExecution,
        CompleteWorkflowExecutionCommandAttributes = new(),
    };

    public static Command FailWorkflow(Failure? failure = null) => new()
    {
        CommandType = CommandType.FailWorkflowExecution,
        FailWorkflowExecutionCommandAttributes = new() { Failure = failure ?? new Failure { Message = "boom", ApplicationFailureInfo = new() { Type = "Boom" } } },
    };

    private static string Line(HistoryEvent e)
    {
        var detail = e.EventType switch
        {
            EventType.WorkflowTaskScheduled when e.WorkflowTaskScheduledEventAttributes.Attempt > 1 => $"attempt {e.WorkflowTaskScheduledEventAttributes.Attempt}",
            EventType.WorkflowTaskFailed => $"{e.WorkflowTaskFailedEventAttributes.Cause}",
            EventType.WorkflowTaskTimedOut => $"{e.WorkflowTaskTimedOutEventAttributes.TimeoutType}",
            EventType.WorkflowExecutionSignaled => e.WorkflowExecutionSignaledEventAttributes.SignalName,
            EventType.TimerStarted => e.TimerStartedEventAttributes.TimerId,
            EventType.TimerFired => e.TimerFiredEventAttributes.TimerId,
            EventType.TimerCanceled => e.TimerCanceledEventAttributes.TimerId,
            EventType.ActivityTaskScheduled => e.ActivityTaskScheduledEventAttributes.ActivityId,
            EventType.ActivityTaskStarted => $"of {e.ActivityTaskStartedEventAttributes.ScheduledEventId} attempt {e.ActivityTaskStartedEventAttributes.Attempt}",
            EventType.ActivityTaskCompleted => $"of {e.ActivityTaskCompletedEventAttributes.ScheduledEventId} started {e.ActivityTaskCompletedEventAttributes.StartedEventId}",
            EventType.ActivityTaskFailed => $"of {e.ActivityTaskFailedEventAttributes.ScheduledEventId} started {e.ActivityTaskFailedEventAttributes.StartedEventId} {e.ActivityTaskFailedEventAttributes.RetryState}",
            EventType.ActivityTaskTimedOut => $"of {e.ActivityTaskTimedOutEventAttributes.ScheduledEventId} started {e.ActivityTaskTimedOutEventAttributes.StartedEventId} {e.ActivityTaskTimedOutEventAttributes.Failure.TimeoutFailureInfo.TimeoutType} {e.ActivityTaskTimedOutEventAttributes.RetryState}",
            EventType.ActivityTaskCanceled => $"of {e.ActivityTaskCanceledEventAttributes.ScheduledEventId}",
            EventType.WorkflowExecutionFailed => $"{e.WorkflowExecutionFailedEventAttributes.RetryState}",
            EventType.WorkflowExecutionTimedOut => $"{e.WorkflowExecutionTimedOutEventAttributes.RetryState}",
            EventType.WorkflowExecutionUpdateAccepted => e.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId,
            EventType.WorkflowExecutionUpdateCompleted => e.WorkflowExecutionUpdateCompletedEventAttributes.Meta.UpdateId,
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{e.EventId} {e.EventType} {detail}").TrimEnd();
    }

    private void Take(RunChange change)
    {
        var before = State;
        State = change.State;
        journal.Check(change);
        Assert.Equal(Enumerable.Range(1, (int)State.NextEventId - 1).Select(id => (long)id), History.Select(e => e.EventId));
        if (before is { IsClosed: true })
            Assert.Equal(before.NextEventId, State.NextEventId);
    }
}
