using Temporalio.Worker;

namespace Holdfast.AI.Approvals;

/// <summary>What a worker needs for approvals.</summary>
public static class ApprovalWorker
{
    /// <summary>
    /// Adds the workflow <see cref="ApprovalNames.Workflow"/>, by which workflows in any language ask, and the activities of
    /// approvals. A worker whose own workflows ask without <see cref="ApprovalTimes.Hours"/> does without.
    /// </summary>
    /// <param name="options">The worker's.</param>
    /// <param name="notify">Tells humans of requests of <see cref="ApprovalNames.Workflow"/>, by mail or chat. Null: they look at the inbox.</param>
    public static TemporalWorkerOptions AddApprovals(this TemporalWorkerOptions options, Func<ApprovalNotice, Task>? notify = null)
    {
        ArgumentNullException.ThrowIfNull(options);

        return options
            .AddWorkflow<ApprovalWorkflow>()
            .AddActivity(ApprovalActivities.WorkingTimes)
            .AddAllActivities(new NotifyApprovers(notify));
    }
}
