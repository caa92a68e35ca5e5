using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.AI.Approvals;

/// <summary>Asks humans from anywhere in workflow code.</summary>
public static class Approvals
{
    /// <summary>
    /// Asks and waits: <see cref="WorkflowApprovals.RequestAsync"/> on the approvals of the workflow whose code this is. A workflow that
    /// has no <see cref="WorkflowApprovals"/> of its own gets one with its first request; until then it does not know the query.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called outside a workflow.</exception>
    /// <exception cref="CanceledFailureException">The workflow was cancelled; the request counts as expired.</exception>
    public static Task<ApprovalOutcome> RequestAsync(ApprovalRequest request, ApprovalTimes? times = null, Func<ApprovalView, Task>? remind = null) =>
        Workflow.InWorkflow
            ? WorkflowApprovals.OfThisRun.RequestAsync(request, times ?? ApprovalTimes.Default, remind)
            : throw new InvalidOperationException($"Approvals can be asked for in workflow code only. Elsewhere, start the workflow {ApprovalNames.Workflow}.");
}
