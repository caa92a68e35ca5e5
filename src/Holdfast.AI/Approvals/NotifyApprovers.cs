using Temporalio.Activities;

namespace Holdfast.AI.Approvals;

/// <summary>Tells humans of a request by the means of the worker's host.</summary>
internal sealed class NotifyApprovers(Func<ApprovalNotice, Task>? notify)
{
    [Activity("HoldfastNotifyApprovers")]
    public Task RunAsync(ApprovalNotice notice) => notify?.Invoke(notice) ?? Task.CompletedTask;
}
