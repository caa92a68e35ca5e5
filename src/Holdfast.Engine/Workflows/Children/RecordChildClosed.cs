using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Children;

/// <summary>The parent learns how its child ended.</summary>
/// <param name="Child">The last run of the child's chain, which may not be the one that the parent started.</param>
internal sealed record RecordChildClosed(WorkflowTarget Target, long InitiatedEventId, RunKey Child, string FirstRunId, HistoryEvent CloseEvent)
    : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        var child = run.PendingChildren.GetValueOrDefault(InitiatedEventId);
        if (run.IsClosed || child is null || child.Attributes.WorkflowId != Child.WorkflowId)
            return turn.Reply(new DeliveryReceipt());

        // A child may end (terminated, timed out) before its parent heard that it began; the history tells both.
        if (!child.IsStarted)
        {
            RecordChildStarted.Record(turn, child, FirstRunId);
            child = turn.State.PendingChildren[InitiatedEventId];
        }

        turn.AppendOrBuffer(HistoryEvents.ChildWorkflowExecutionClosed(child, Child.RunId, CloseEvent));
        ScheduleWorkflowTask.IfNone(turn);
        return turn.Reply(new DeliveryReceipt());
    }
}
