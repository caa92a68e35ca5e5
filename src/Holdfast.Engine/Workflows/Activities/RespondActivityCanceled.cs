using Temporalio.Api.Common.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>A worker reports that its activity has ended because it was asked to cancel.</summary>
public sealed record RespondActivityCanceled(ActivityLookup Activity, Payloads? Details, string Identity) : IWorkflowRequest<bool>
{
    public WorkflowTarget Target => Activity.Target;

    public Decision<bool> Decide(MutableState? run, DecisionContext context)
    {
        var found = Activity.Find(run);
        if (found.Refusal is { } refusal)
            return refusal;
        if (!found.Reply.CancelRequested)
            return Refusal.InvalidArgument($"Activity '{found.Reply.ActivityId}' cannot be reported as canceled: its cancellation was not requested.");
        if (Sizes.Check(Details, context.Limits, "Details") is { } tooLarge)
            return tooLarge;

        var turn = new Turn(run!, context);
        var activity = StartedByAnswer.IfWaiting(turn, found.Reply, Identity);
        CloseActivity.Record(turn, activity, started => HistoryEvents.ActivityTaskCanceled(activity, activity.CancelRequestedEventId, started, Details, Identity));
        return turn.Reply(true);
    }
}
