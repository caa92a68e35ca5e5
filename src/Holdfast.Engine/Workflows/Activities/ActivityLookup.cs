namespace Holdfast.Engine.Workflows.Activities;

/// <summary>
/// Which pending activity an answer is for: the attempt named by a task token, or, by id, whatever attempt there is.
/// </summary>
public sealed record ActivityLookup
{
    private static readonly Refusal Gone = Refusal.NotFound("invalid activityID or activity already timed out or invoking workflow is completed");

    private readonly TaskToken? token;
    private readonly string activityId = "";

    private ActivityLookup(TaskToken token)
    {
        Target = token.Target;
        this.token = token;
    }

    private ActivityLookup(WorkflowTarget target, string activityId)
    {
        Target = target;
        this.activityId = activityId;
    }

    public WorkflowTarget Target { get; }

    public static ActivityLookup ByToken(TaskToken token) => new(token);

    public static ActivityLookup ById(WorkflowTarget target, string activityId) => new(target, activityId);

    public bool IsById => token is null;

    internal Answer<PendingActivity> Find(MutableState? run)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);
        if (run.IsClosed)
            return Gone;
        if (token is null)
        {
            return run.ActivityIds.TryGetValue(activityId, out var scheduledEventId)
                ? run.PendingActivities[scheduledEventId]
                : Refusal.NotFound($"cannot find pending activity with ActivityID {activityId}");
        }

        return run.PendingActivities.TryGetValue(token.ScheduledEventId, out var activity)
            && activity.IsStarted && activity.Attempt == token.Attempt
            ? activity
            : Gone;
    }
}
