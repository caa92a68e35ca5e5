using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows.Updates;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>
/// A poller took the pending workflow task. Refused (not found) when the task is not owed any more: the poller then goes on waiting.
/// The record may lag behind the answer: if a crash loses it, the task is simply still owed, and the token of the lost start fits no other.
/// </summary>
public sealed record StartWorkflowTask(
    WorkflowTarget Target,
    long ScheduledEventId,
    int Attempt,
    PollWorkflowTaskQueueRequest Poll,
    string RequestId,
    bool FromStickyQueue) : IWorkflowRequest<WorkflowTaskStart>
{
    public Decision<WorkflowTaskStart> Decide(MutableState? run, DecisionContext context)
    {
        if (run?.WorkflowTask is not { IsStarted: false } task || task.ScheduledEventId != ScheduledEventId || task.Attempt != Attempt)
            return Refusal.NotFound("Workflow task not found.");

        var turn = new Turn(run, context);
        if (HistoryLimits.Enforce(turn) is not null)
            return turn.Answer<WorkflowTaskStart>(Refusal.NotFound("Workflow task not found."));
        if (!FromStickyQueue && run.StickyQueue.Length > 0)
            StickyQueue.Clear(turn);
        var started = Start(turn, RequestId, Poll.Identity, resendUpdates: true);
        return turn.Reply(started) with { MayLag = true };
    }

    /// <summary>Starts the pending task in the name of a worker: polled, or handed back with the completion of the task before.</summary>
    internal static WorkflowTaskStart Start(Turn turn, string requestId, string identity, bool resendUpdates)
    {
        RenumberTransient(turn);
        var task = turn.State.WorkflowTask!;
        var suggest = ContinueAsNewAdvice.Reasons(turn.State, turn.Context.Limits).Any();
        var starting = task with
        {
            RequestId = requestId,
            Identity = identity,
            SuggestContinueAsNew = suggest,
            HistorySizeBytes = turn.State.HistorySizeBytes,
        };

        if (task.IsEventless)
            turn.Record(Eventless(turn, starting));
        else
            turn.AppendAsIs(HistoryEvents.WorkflowTaskStarted(starting, turn.State, turn.Context.Limits));

        return HandOver(turn, resendUpdates);
    }

    /// <summary>The task that runs, as its worker gets it: now that it was started, or again when the reply that brought it was lost.</summary>
    internal static WorkflowTaskStart HandOver(Turn turn, bool resendUpdates)
    {
        var task = turn.State.WorkflowTask!;
        var head = Head(turn, task);
        DeliverUpdates.Attach(turn, head, resendUpdates);
        return new WorkflowTaskStart
        {
            Head = head,
            FirstEventId = turn.State.StickyQueue.Length > 0 ? turn.State.LastCompletedStartedEventId + 1 : 1,
            LastEventId = turn.State.NextEventId - 1,
            Synthetic = task.IsEventless ? Synthetic(turn, task) : [],
        };
    }

    internal static MutableState Apply(MutableState state, HistoryEvent started)
    {
        var attributes = started.WorkflowTaskStartedEventAttributes;
        Invariant.Holds(state.WorkflowTask is { IsStarted: false } task && task.ScheduledEventId == attributes.ScheduledEventId);
        return state with
        {
            WorkflowTask = state.WorkflowTask with
            {
                StartedEventId = started.EventId,
                StartedTime = started.EventTime.ToDateTime(),
                RequestId = attributes.RequestId,
                Identity = attributes.Identity,
                SuggestContinueAsNew = attributes.SuggestContinueAsNew,
                HistorySizeBytes = attributes.HistorySizeBytes,
            },
        };
    }

    internal static MutableState ApplyEventless(MutableState state, EventlessTaskStarted started)
    {
        Invariant.Holds(state.WorkflowTask is { IsStarted: false, IsEventless: true });
        return state with
        {
            WorkflowTask = state.WorkflowTask with
            {
                StartedEventId = state.WorkflowTask.ScheduledEventId + 1,
                StartedTime = started.StartedTime.ToDateTime(),
                RequestId = started.RequestId,
                Identity = started.Identity,
                SuggestContinueAsNew = started.SuggestContinueAsNew,
                HistorySizeBytes = started.HistorySizeBytes,
            },
        };
    }

    // A transient task foretells its event ids. When events came in between, the foretold ids are taken: the task becomes a first
    // attempt with real events again (the new events may well be what the workflow needed).
    private static void RenumberTransient(Turn turn)
    {
        var task = turn.State.WorkflowTask!;
        if (task.Kind != WorkflowTaskKind.Transient || task.ScheduledEventId == turn.State.NextEventId)
            return;
        turn.Record(new StoredRecord { WorkflowTaskDropped = new WorkflowTaskDropped { NextAttempt = 1 } });
        ScheduleWorkflowTask.Now(turn, task.OriginalScheduledTime);
    }

    private static PollWorkflowTaskQueueResponse Head(Turn turn, PendingWorkflowTask task)
    {
        var state = turn.State;
        return new PollWorkflowTaskQueueResponse
        {
            TaskToken = ByteString.CopyFrom(TaskToken.Encode(Token(state, task))),
            WorkflowExecution = new WorkflowExecution { WorkflowId = state.Key.WorkflowId, RunId = state.Key.RunId },
            WorkflowType = new WorkflowType { Name = state.WorkflowType },
            PreviousStartedEventId = state.LastCompletedStartedEventId,
            StartedEventId = task.StartedEventId,
            Attempt = task.Attempt,
            WorkflowExecutionTaskQueue = new TaskQueue { Name = state.TaskQueue, Kind = TaskQueueKind.Normal },
            ScheduledTime = Timestamp.FromDateTime(task.ScheduledTime),
            StartedTime = Timestamp.FromDateTime(task.StartedTime),
        };
    }

    internal static TaskToken Token(MutableState state, PendingWorkflowTask task) =>
        new(state.Key.NamespaceId, state.Key.WorkflowId, state.Key.RunId, task.ScheduledEventId, task.StartedEventId, task.Attempt, StartTicks: task.StartedTime.Ticks);

    private static StoredRecord Eventless(Turn turn, PendingWorkflowTask starting) => new()
    {
        EventlessTaskStarted = new EventlessTaskStarted
        {
            StartedTime = turn.Context.NowTimestamp,
            RequestId = starting.RequestId,
            Identity = starting.Identity,
            SuggestContinueAsNew = starting.SuggestContinueAsNew,
            HistorySizeBytes = starting.HistorySizeBytes,
        },
    };

    private static HistoryEvent[] Synthetic(Turn turn, PendingWorkflowTask task)
    {
        var scheduled = HistoryEvents.WorkflowTaskScheduled(turn.State, task.StartToClose, task.Attempt);
        scheduled.EventId = scheduled.TaskId = task.ScheduledEventId;
        scheduled.EventTime = Timestamp.FromDateTime(task.ScheduledTime);
        var started = HistoryEvents.WorkflowTaskStarted(task, turn.State, turn.Context.Limits);
        started.EventId = started.TaskId = task.StartedEventId;
        started.EventTime = Timestamp.FromDateTime(task.StartedTime);
        return [scheduled, started];
    }
}
