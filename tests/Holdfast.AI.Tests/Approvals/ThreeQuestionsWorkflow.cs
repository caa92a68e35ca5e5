using Holdfast.AI.Approvals;
using Temporalio.Activities;
using Temporalio.Workflows;

namespace Holdfast.AI.Tests.Approvals;

/// <summary>
/// Asks three times, one after the other, with reminders. <c>Histories/three-questions.json</c> is a run of it, recorded by an early version
/// of the approvals, so do not change what it does.
/// </summary>
[Workflow("ThreeQuestions")]
public sealed class ThreeQuestionsWorkflow
{
    private readonly WorkflowApprovals approvals = new();

    [WorkflowRun]
    public async Task<string> RunAsync(ApprovalTimes times, ApprovalTimes last)
    {
        var first = await approvals.RequestAsync(new() { Subject = "First", Content = "one", Bound = ["x"] }, times, RemindAsync);
        var second = await approvals.RequestAsync(new() { Subject = "Second", Content = "two", From = "Ann" }, ApprovalTimes.Default);
        var third = await approvals.RequestAsync(new() { Subject = "Third", Content = "three" }, last);
        return $"{first.Approval.Content} {first.Approval.RemindedAt.Count} {first.Seal} {second.Approval.State} {third.Approval.State}";
    }

    [Activity("Remind")]
    public static void Remind(ApprovalView view) => ArgumentNullException.ThrowIfNull(view);

    private static Task RemindAsync(ApprovalView view) =>
        Workflow.ExecuteActivityAsync("Remind", [view], new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) });
}
