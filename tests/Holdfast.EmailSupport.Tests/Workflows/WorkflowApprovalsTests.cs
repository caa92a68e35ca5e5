using Holdfast.AI.Approvals;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Tests.Workflows;

public sealed class WorkflowApprovalsTests
{
    [Fact]
    public async Task A_second_approver_gets_a_clear_error_also_after_a_crash()
    {
        await using var desk = await SupportDesk.OpenAsync(more: worker => worker.AddWorkflow<LingeringApprovalWorkflow>());
        var workflow = await StartAsync(desk);
        await SupportDesk.PendingAsync(workflow);
        await SupportDesk.DecideAsync(workflow, Approve("1") with { Content = "uno" });

        var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => SupportDesk.DecideAsync(workflow, Approve("1") with { By = "Ben" }));
        await desk.CrashAndComeBackAsync();
        var refusedAgain = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => SupportDesk.DecideAsync(workflow, Approve("1") with { By = "Ben" }));

        var cause = Assert.IsType<ApplicationFailureException>(refused.InnerException);
        Assert.StartsWith("Approval 1 was already approved by Ada at ", cause.Message, StringComparison.Ordinal);
        Assert.Equal("ApprovalAlreadyDecided", cause.ErrorType);
        Assert.Equal(cause.Message, refusedAgain.InnerException!.Message);
    }

    [Fact]
    public async Task Requests_of_one_workflow_are_decided_one_by_one_and_stay_on_record()
    {
        await using var desk = await SupportDesk.OpenAsync(more: worker => worker.AddWorkflow<LingeringApprovalWorkflow>());
        var workflow = await StartAsync(desk);
        await SupportDesk.PendingAsync(workflow);

        var unknown = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => SupportDesk.DecideAsync(workflow, Approve("2")));
        var decided = await SupportDesk.DecideAsync(workflow, Approve("1") with { Content = "uno", Comment = "fine" });
        await SupportDesk.PendingAsync(workflow);
        await SupportDesk.DecideAsync(workflow, Approve("2") with { Verdict = "reject" });
        await workflow.SignalAsync(lingering => lingering.ReleaseAsync());

        Assert.Equal("There is no approval 2 here.", unknown.InnerException!.Message);
        Assert.Equal((ApprovalState.Approved, "uno", "one", "Ada", "fine", true), (decided.State, decided.Content, decided.Original, decided.Decision!.By, decided.Decision.Comment, decided.Decision.Edited));
        Assert.Equal($"uno {ContentSeal.Of("uno", "x")} Rejected", await workflow.EndsAsync());
        // A closed workflow still tells what was decided.
        Assert.Equal([ApprovalState.Approved, ApprovalState.Rejected], (await SupportDesk.ApprovalsAsync(workflow)).Select(approval => approval.State));
    }

    private static Task<WorkflowHandle<LingeringApprovalWorkflow, string>> StartAsync(SupportDesk desk) =>
        desk.Client.StartWorkflowAsync((LingeringApprovalWorkflow workflow) => workflow.RunAsync(), new("lingering", "email-support"));

    private static ApprovalDecisionRequest Approve(string id) => new() { ApprovalId = id, Verdict = "approve", By = "Ada" };
}
