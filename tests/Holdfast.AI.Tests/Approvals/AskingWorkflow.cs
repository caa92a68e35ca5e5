using Holdfast.AI.Approvals;
using Temporalio.Workflows;
using Ask = Holdfast.AI.Approvals.Approvals;

namespace Holdfast.AI.Tests.Approvals;

/// <summary>Asks once, with nothing prepared, and tells what came of it.</summary>
[Workflow("Asking")]
public sealed class AskingWorkflow
{
    [WorkflowRun]
    public async Task<ApprovalOutcome> RunAsync(ApprovalRequest request, ApprovalTimes? times) => await Ask.RequestAsync(request, times);
}
