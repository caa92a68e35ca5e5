using Temporalio.Api.Common.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>A worker (or, by id, anybody) completes an activity. By id even one that no worker has started.</summary>
public sealed record CompleteActivity(ActivityLookup Activity, Payloads? Result, string Identity) : IWorkflowRequest<bool>
{
    public WorkflowTarget Target => Activity.Target;

    public Decision<bool> Decide(MutableState? run, DecisionContext context)
    {
        var found = Activity.Find(run);
        if (found.Refusal is { } refusal)
            return refusal;

        var turn = new Turn(run!, context);
        var activity = StartedByAnswer.IfWaiting(turn, found.Reply, Identity);
        if (Sizes.Problem(Result, context.Limits) is { } tooLarge)
        {
            FailActivity.Record(turn, activity, Failures.Application($"Complete result exceeds size limit: {tooLarge}", "ResultTooLarge", nonRetryable: true), Identity);
            return turn.Reply(true);
        }

        CloseActivity.Record(turn, activity, started => HistoryEvents.ActivityTaskCompleted(activity, started, Result, Identity));
        return turn.Reply(true);
    }
}
