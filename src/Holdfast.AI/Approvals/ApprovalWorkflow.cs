using Temporalio.Workflows;

namespace Holdfast.AI.Approvals;

/// <summary>
/// Asks humans on behalf of whoever starts it: a workflow in any language as its parent, or any client. Cancelling it withdraws
/// the request.
/// </summary>
[Workflow(ApprovalNames.Workflow)]
internal sealed class ApprovalWorkflow
{
    private readonly WorkflowApprovals approvals = new();

    [WorkflowRun]
    public async Task<ApprovalResult> RunAsync(ApprovalOrder order)
    {
        var (request, times) = order.Read();
        var outcome = await approvals.RequestAsync(request, times, TellAsync);
        return new()
        {
            Approved = outcome.Approved,
            Content = outcome.Approved ? outcome.Approval.Content : null,
            Seal = outcome.Seal,
            Approval = outcome.Approval,
        };
    }

    private static Task TellAsync(ApprovalView view)
    {
        var notice = new ApprovalNotice
        {
            Namespace = Workflow.Info.Namespace,
            WorkflowId = Workflow.Info.WorkflowId,
            RunId = Workflow.Info.RunId,
            Number = view.RemindedAt.Count,
            Approval = view,
        };
        return Workflow.ExecuteActivityAsync(
            (NotifyApprovers activity) => activity.RunAsync(notice),
            new() { StartToCloseTimeout = TimeSpan.FromMinutes(1), ScheduleToCloseTimeout = TimeSpan.FromMinutes(5), RetryPolicy = new() { MaximumAttempts = 3 } });
    }
}
