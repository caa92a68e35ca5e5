using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Children;

/// <summary>
/// The parent learns that its child's run exists. It hears so twice, as the answer to its own message and from the child itself, in any
/// order; the first time counts. Refused (failed precondition) when the parent closed in the meantime and does not abandon its children: the child
/// is then to end before it did anything.
/// </summary>
internal sealed record RecordChildStarted(WorkflowTarget Target, long InitiatedEventId, RunKey Child) : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        var child = run.PendingChildren.GetValueOrDefault(InitiatedEventId);
        if (run.IsClosed)
            return RecordClosed(turn, child);
        if (child is not { IsStarted: false })
            return turn.Reply(new DeliveryReceipt());

        Record(turn, child, Child.RunId);
        ScheduleWorkflowTask.IfNone(turn);
        return turn.Reply(new DeliveryReceipt());
    }

    public static void Record(Turn turn, PendingChild child, string runId) =>
        turn.AppendOrBuffer(HistoryEvents.ChildWorkflowExecutionStarted(child, runId));

    public static MutableState Apply(MutableState state, HistoryEvent started)
    {
        var attributes = started.ChildWorkflowExecutionStartedEventAttributes;
        var child = state.PendingChildren[attributes.InitiatedEventId];
        Invariant.Holds(!child.IsStarted);
        return With(state, child with { IsStarted = true, StartedEventId = started.EventId, RunId = attributes.WorkflowExecution.RunId });
    }

    /// <summary>The started event left the buffer and has its id now. The child may have closed in the buffer, right behind it.</summary>
    public static MutableState ApplyId(MutableState state, HistoryEvent started) =>
        state.PendingChildren.TryGetValue(started.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId, out var child)
            ? With(state, child with { StartedEventId = started.EventId })
            : state;

    /// <summary>A closed parent has no events to write: it only stops owing the start.</summary>
    public static MutableState ApplySettled(MutableState state, long initiatedEventId) =>
        With(state, state.PendingChildren[initiatedEventId] with { IsStarted = true });

    private static Decision<DeliveryReceipt> RecordClosed(Turn turn, PendingChild? child)
    {
        if (child is not { Attributes.ParentClosePolicy: ParentClosePolicy.Abandon })
            return new Refusal(RefusalCode.FailedPrecondition, "The parent workflow closed before its child started.");
        if (!child.IsStarted)
            Deliveries.RecordDone(turn, Deliveries.StartChild, child.InitiatedEventId);
        return turn.Reply(new DeliveryReceipt());
    }

    private static MutableState With(MutableState state, PendingChild child) =>
        state with { PendingChildren = state.PendingChildren.SetItem(child.InitiatedEventId, child) };
}
