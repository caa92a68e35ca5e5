using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Updates;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>
/// A worker reports that it cannot complete its workflow task. The task is owed again at once; the growing timeout of later attempts is
/// what slows a workflow down that keeps failing.
/// </summary>
public sealed record FailWorkflowTask(TaskToken Token, RespondWorkflowTaskFailedRequest Request) : IWorkflowRequest<RespondWorkflowTaskFailedResponse>
{
    public WorkflowTarget Target => Token.Target;

    public Decision<RespondWorkflowTaskFailedResponse> Decide(MutableState? run, DecisionContext context)
    {
        if (RunningTask.Find(run, Token) is { } refusal)
            return refusal;

        var turn = new Turn(run!, context);
        Record(turn, Request.Cause, Request.Failure, Request.Identity);
        // The worker could not even send its turn: the next attempt would make the same one.
        if (Request.Cause == WorkflowTaskFailedCause.GrpcMessageTooLarge)
            TerminateWorkflow.Record(turn, "The worker's workflow task completion is larger than the gRPC message limit.", null, "history-service");
        else
            ScheduleNext(turn);
        return turn.Reply(new RespondWorkflowTaskFailedResponse());
    }

    /// <summary>Ends the running task as failed. What follows (another task, or the end of the run) is the caller's.</summary>
    internal static void Record(Turn turn, WorkflowTaskFailedCause cause, Failure? failure, string identity)
    {
        var task = turn.State.WorkflowTask!;
        if (task.Kind == WorkflowTaskKind.Transient)
        {
            DropAttempt(turn);
            return;
        }

        if (task.Kind == WorkflowTaskKind.Speculative)
            WriteWorkflowTaskEvents.ForPending(turn);
        turn.AppendAsIs(HistoryEvents.WorkflowTaskFailed(task, cause, failure, identity));
    }

    internal static void DropAttempt(Turn turn) => turn.Record(new StoredRecord
    {
        WorkflowTaskDropped = new WorkflowTaskDropped { NextAttempt = NextAttempt(turn.State), ClearStickiness = true },
    });

    internal static void ScheduleNext(Turn turn)
    {
        // New events may be what the workflow needed: with them it gets a first attempt again.
        if (FlushBuffer.Now(turn))
            ScheduleWorkflowTask.FirstAttempt(turn);
        else
            ScheduleWorkflowTask.IfNone(turn);
    }

    internal static MutableState Apply(MutableState state) => ApplyEnded(state, NextAttempt(state), clearStickiness: true);

    internal static MutableState ApplyDropped(MutableState state, WorkflowTaskDropped dropped) =>
        ApplyEnded(state, dropped.NextAttempt, dropped.ClearStickiness);

    /// <summary>Updates that the worker was shown and did not answer go out again with the next task.</summary>
    internal static MutableState ApplyEnded(MutableState state, int nextAttempt, bool clearStickiness)
    {
        Invariant.Holds(state.WorkflowTask is not null);
        return state with
        {
            WorkflowTask = null,
            WorkflowTaskAttempt = nextAttempt,
            StickyQueue = clearStickiness ? "" : state.StickyQueue,
            Updates = DeliverUpdates.Unsent(state.Updates, nextAttempt),
        };
    }

    // A sticky worker may fail a task only because its cache is off: it does not count against the workflow.
    private static int NextAttempt(MutableState state) =>
        state.StickyQueue.Length > 0 ? state.WorkflowTask!.Attempt : state.WorkflowTask!.Attempt + 1;
}
