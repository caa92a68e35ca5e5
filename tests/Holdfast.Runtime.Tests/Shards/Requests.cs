using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Holdfast.Runtime.Tests.Shards;

/// <summary>Requests that write single events, so that a test says what the shard does and not what workflows do.</summary>
internal static class Requests
{
    public const string Namespace = "ns";

    /// <summary>Creates a run; refused when the workflow id has one.</summary>
    public static IWorkflowRequest<string> Create(string workflowId) => new Lambda<string>(new(Namespace, workflowId), (run, context) =>
    {
        if (run is not null)
            return new Refusal(RefusalCode.AlreadyExists, "It runs already.");
        var runId = context.NewId();
        var created = JournalRecord.OfFact(new StoredRecord
        {
            RunCreated = new RunCreated { NamespaceId = Namespace, WorkflowId = workflowId, RunId = runId },
        });
        var change = Extend(Fold.Create(created), context, Started(runId));
        return new Decision<string> { Answer = runId, NewRun = change with { Records = change.Records.Insert(0, created) } };
    });

    public static IWorkflowRequest<long> Signal(string workflowId, string name = "s") => Append(workflowId, new HistoryEvent
    {
        EventType = EventType.WorkflowExecutionSignaled,
        WorkflowExecutionSignaledEventAttributes = new() { SignalName = name },
    });

    public static IWorkflowRequest<long> ScheduleTask(string workflowId) => Append(workflowId, new HistoryEvent
    {
        EventType = EventType.WorkflowTaskScheduled,
        WorkflowTaskScheduledEventAttributes = new()
        {
            TaskQueue = new TaskQueue { Name = "q" },
            StartToCloseTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)),
            Attempt = 1,
        },
    });

    public static IWorkflowRequest<long> StartTask(string workflowId, long scheduledEventId) => Append(
        workflowId,
        new HistoryEvent
        {
            EventType = EventType.WorkflowTaskStarted,
            WorkflowTaskStartedEventAttributes = new() { ScheduledEventId = scheduledEventId },
        },
        mayLag: true);

    public static IWorkflowRequest<long> StartTimer(string workflowId, string timerId, TimeSpan delay) => Append(workflowId, new HistoryEvent
    {
        EventType = EventType.TimerStarted,
        TimerStartedEventAttributes = new() { TimerId = timerId, StartToFireTimeout = Duration.FromTimeSpan(delay) },
    });

    public static IWorkflowRequest<long> Terminate(string workflowId) => Append(workflowId, new HistoryEvent
    {
        EventType = EventType.WorkflowExecutionTerminated,
        WorkflowExecutionTerminatedEventAttributes = new(),
    });

    public static IWorkflowRequest<long> Fail(string workflowId) =>
        new Lambda<long>(new(Namespace, workflowId), (_, _) => throw new InvariantBrokenException("on purpose"));

    /// <summary>Appends one event and answers its id.</summary>
    public static IWorkflowRequest<long> Append(string workflowId, HistoryEvent historyEvent, bool mayLag = false) =>
        new Lambda<long>(new(Namespace, workflowId), (run, context) =>
        {
            if (run is null)
                return Refusal.WorkflowNotFound(new(Namespace, workflowId));
            var change = Extend(run, context, historyEvent);
            return new Decision<long> { Answer = run.NextEventId, Run = change, MayLag = mayLag };
        });

    private static RunChange Extend(MutableState state, DecisionContext context, HistoryEvent historyEvent)
    {
        var appended = historyEvent.Clone();
        appended.EventId = state.NextEventId;
        appended.EventTime = context.NowTimestamp;
        var record = JournalRecord.OfEvent(appended);
        return new RunChange(Fold.Apply(state, record), [record]);
    }

    private static HistoryEvent Started(string runId) => new()
    {
        EventType = EventType.WorkflowExecutionStarted,
        WorkflowExecutionStartedEventAttributes = new()
        {
            WorkflowType = new WorkflowType { Name = "type" },
            TaskQueue = new TaskQueue { Name = "q" },
            FirstExecutionRunId = runId,
            OriginalExecutionRunId = runId,
            WorkflowTaskTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)),

            // So that nothing happens but what the test makes happen.
            FirstWorkflowTaskBackoff = Duration.FromTimeSpan(TimeSpan.FromDays(1_000)),
        },
    };

    private sealed record Lambda<TReply>(WorkflowTarget Target, Func<MutableState?, DecisionContext, Decision<TReply>> Deciding) : IWorkflowRequest<TReply>
    {
        public Decision<TReply> Decide(MutableState? run, DecisionContext context) => Deciding(run, context);
    }
}
