using Holdfast.AI.Approvals;
using Temporalio.Workflows;

namespace Holdfast.EmailSupport.Tests.Workflows;

/// <summary>Asks twice, one after the other, and then stays open until it is let go.</summary>
[Workflow]
public sealed class LingeringApprovalWorkflow
{
    private readonly WorkflowApprovals approvals = new();
    private bool released;

    [WorkflowSignal]
    public Task ReleaseAsync()
    {
        released = true;
        return Task.CompletedTask;
    }

    [WorkflowRun]
    public async Task<string> RunAsync()
    {
        var first = await approvals.RequestAsync(new() { Subject = "First", Content = "one", Bound = ["x"] }, ApprovalTimes.Default);
        var second = await approvals.RequestAsync(new() { Subject = "Second", Content = "two" }, ApprovalTimes.Default);
        await Workflow.WaitConditionAsync(() => released);
        return $"{first.Approval.Content} {first.Seal} {second.Approval.State}";
    }
}
