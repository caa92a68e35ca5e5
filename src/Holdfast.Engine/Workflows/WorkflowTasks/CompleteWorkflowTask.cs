using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows.Activities;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Updates;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>
/// A worker's whole turn: it completes its workflow task and brings commands and messages. Either all of it is carried out, in order, or
/// nothing is and the task fails: a rejected turn is undone by starting again from the state before it.
/// </summary>
public sealed record CompleteWorkflowTask(TaskToken Token, RespondWorkflowTaskCompletedRequest Request) : IWorkflowRequest<WorkflowTaskCompletion>
{
    public WorkflowTarget Target => Token.Target;

    public Decision<WorkflowTaskCompletion> Decide(MutableState? run, DecisionContext context)
    {
        if (run is { LastCompletedTask: { } last } && last == Token)
            return RepeatedCompletion.Decide(run, context, Token, Request);
        if (RunningTask.Find(run, Token) is { } refusal)
            return refusal;
        if (MisplacedClose() is { } misplaced)
            return Refusal.InvalidArgument(misplaced);

        var turn = new Turn(run!, context);
        var task = run!.WorkflowTask!;
        if (HistoryLimits.Enforce(turn) is { } tooLong)
            return turn.Answer<WorkflowTaskCompletion>(tooLong);
        if (HasOnlyRejections(task))
            return Drop(turn, run);
        if (task.IsEventless)
            WriteWorkflowTaskEvents.ForPending(turn);
        if (IsIdleHeartbeat && task.OriginalScheduledTime + context.Limits.WorkflowTaskHeartbeatTimeout < context.Now)
            return StopHeartbeating(turn);

        turn.CompletedEventId = turn.Append(HistoryEvents.WorkflowTaskCompleted(task, Request)).EventId;
        if (CarryOut(turn) is { } rejection)
            return Rejected(run, context, rejection);

        var response = new RespondWorkflowTaskCompletedResponse();
        if (turn.State.IsClosed)
            return turn.Reply(new WorkflowTaskCompletion(response, null));

        StartEagerActivities(turn, response);
        StickyQueue.Set(turn, Request.StickyAttributes);
        return turn.Reply(new WorkflowTaskCompletion(response, ScheduleNext(turn, task)));
    }

    internal static MutableState Apply(MutableState state, HistoryEvent completed)
    {
        Invariant.Holds(state.WorkflowTask is { IsStarted: true });
        return state with
        {
            LastCompletedTask = StartWorkflowTask.Token(state, state.WorkflowTask),
            WorkflowTask = null,
            WorkflowTaskAttempt = 1,
            LastCompletedStartedEventId = completed.WorkflowTaskCompletedEventAttributes.StartedEventId,
        };
    }

    internal static MutableState ApplyHeartbeat(MutableState state, WorkflowTaskHeartbeat heartbeat)
    {
        Invariant.Holds(state.WorkflowTask is not null);
        return state with
        {
            WorkflowTask = state.WorkflowTask with { OriginalScheduledTime = heartbeat.OriginalScheduledTime.ToDateTime() },
        };
    }

    private bool IsIdleHeartbeat => Request.ForceCreateNewWorkflowTask && Request.Commands.Count == 0 && Request.Messages.Count == 0;

    private string? MisplacedClose()
    {
        for (var i = 0; i < Request.Commands.Count - 1; i++)
        {
            if (IsClose(Request.Commands[i].CommandType))
                return $"invalid command sequence: [{Request.Commands[i].CommandType}] must be the last command, found {Request.Commands.Count - 1 - i} after it.";
        }

        return null;
    }

    private static bool IsClose(CommandType type) => type is CommandType.CompleteWorkflowExecution or CommandType.FailWorkflowExecution
        or CommandType.CancelWorkflowExecution or CommandType.ContinueAsNewWorkflowExecution;

    /// <summary>A task that was only there to deliver updates, all of which were refused, leaves no trace.</summary>
    private bool HasOnlyRejections(PendingWorkflowTask task) =>
        task.Kind == WorkflowTaskKind.Speculative
        && Request.Commands.Count == 0
        && !Request.ForceCreateNewWorkflowTask
        && Request.Messages.All(message => message.Body is { } body && body.Is(Temporalio.Api.Update.V1.Rejection.Descriptor));

    private Decision<WorkflowTaskCompletion> Drop(Turn turn, MutableState run)
    {
        foreach (var message in Request.Messages)
        {
            if (UpdateMessages.Handle(turn, message) is { } rejection)
                return Rejected(run, turn.Context, rejection);
        }

        UpdateMessages.RejectUnprocessed(turn);
        turn.Record(new StoredRecord { WorkflowTaskDropped = new WorkflowTaskDropped { NextAttempt = 1 } });
        StickyQueue.Set(turn, Request.StickyAttributes);
        // The worker has advanced its copy of the history to events that do not exist now: it must go back.
        var response = new RespondWorkflowTaskCompletedResponse { ResetHistoryEventId = turn.State.LastCompletedStartedEventId };
        return turn.Reply(new WorkflowTaskCompletion(response, ScheduleForUpdates(turn)));
    }

    private static Decision<WorkflowTaskCompletion> StopHeartbeating(Turn turn)
    {
        TimeOutWorkflowTask.Record(turn, TimeoutType.StartToClose);
        return turn.Answer<WorkflowTaskCompletion>(Refusal.NotFound("workflow task heartbeat timeout"));
    }

    private CommandRejection? CarryOut(Turn turn)
    {
        var messages = new List<Message>(Request.Messages);
        foreach (var command in Request.Commands)
        {
            if (IsClose(command.CommandType) && turn.State.BufferedEvents.Count > 0)
                return new CommandRejection(WorkflowTaskFailedCause.UnhandledCommand, "UnhandledCommand");
            if (Commands.CarryOut(turn, command, messages) is { } rejection)
                return rejection;
        }

        if (turn.State.IsClosed)
            return null;

        foreach (var message in messages)
        {
            if (UpdateMessages.Handle(turn, message) is { } rejection)
                return rejection;
        }

        if (!Request.ForceCreateNewWorkflowTask)
            UpdateMessages.RejectUnprocessed(turn);
        return null;
    }

    private Decision<WorkflowTaskCompletion> Rejected(MutableState run, DecisionContext context, CommandRejection rejection)
    {
        var turn = new Turn(run, context);
        var refusal = Refusal.InvalidArgument(
            rejection.Cause == WorkflowTaskFailedCause.UnhandledCommand ? rejection.Message : $"{rejection.Cause}: {rejection.Message}");

        // A workflow that fails again and again is slowed down by letting the task time out, so its later failures leave no record.
        if (run.WorkflowTask!.Attempt > 1 && rejection is { Cause: not WorkflowTaskFailedCause.UnhandledCommand, TerminatesRun: false })
            return turn.Answer<WorkflowTaskCompletion>(refusal);

        var failure = new Failure { Message = rejection.Message, ServerFailureInfo = new() { NonRetryable = true } };
        FailWorkflowTask.Record(turn, rejection.Cause, failure, Request.Identity);
        if (rejection.TerminatesRun)
            TerminateWorkflow.Record(turn, rejection.Message, null, "history-service");
        else
            FailWorkflowTask.ScheduleNext(turn);
        return turn.Answer<WorkflowTaskCompletion>(refusal);
    }

    private WorkflowTaskStart? ScheduleNext(Turn turn, PendingWorkflowTask ended)
    {
        var flushed = FlushBuffer.Now(turn);
        if (!flushed && !turn.NeedsWorkflowTask && !Request.ForceCreateNewWorkflowTask)
            return ScheduleForUpdates(turn);

        ScheduleWorkflowTask.IfNone(turn);
        if (IsIdleHeartbeat)
        {
            turn.Record(new StoredRecord
            {
                WorkflowTaskHeartbeat = new WorkflowTaskHeartbeat { OriginalScheduledTime = Timestamp.FromDateTime(ended.OriginalScheduledTime) },
            });
        }

        return StartNext(turn, resendUpdates: !Request.ForceCreateNewWorkflowTask);
    }

    private WorkflowTaskStart? ScheduleForUpdates(Turn turn)
    {
        if (!turn.State.Updates.Values.Any(update => update.Stage == UpdateStage.Admitted))
            return null;
        ScheduleWorkflowTask.SpeculativeIfNone(turn);
        return StartNext(turn, resendUpdates: true);
    }

    private WorkflowTaskStart? StartNext(Turn turn, bool resendUpdates) => Request.ReturnNewWorkflowTask
        ? StartWorkflowTask.Start(turn, RepeatedCompletion.RequestIdAfter(Token), Request.Identity, resendUpdates)
        : null;

    private void StartEagerActivities(Turn turn, RespondWorkflowTaskCompletedResponse response)
    {
        if (!turn.Context.Limits.EagerActivities)
            return;
        foreach (var command in Request.Commands)
        {
            if (command.ScheduleActivityTaskCommandAttributes is { RequestEagerExecution: true } schedule
                && turn.State.ActivityIds.TryGetValue(schedule.ActivityId, out var scheduledEventId)
                && turn.State.PendingActivities[scheduledEventId].Attributes.TaskQueue.Name == turn.State.TaskQueue)
                response.ActivityTasks.Add(StartActivityTask.Start(turn, scheduledEventId, RepeatedCompletion.RequestIdAfter(Token), Request.Identity));
        }
    }
}
