using Temporalio.Api.Enums.V1;

namespace Holdfast.Storage;

/// <summary>What stores have to know of a run's status.</summary>
internal static class RunStatuses
{
    public static bool IsClosed(int status) =>
        (WorkflowExecutionStatus)status is not (WorkflowExecutionStatus.Unspecified or WorkflowExecutionStatus.Running or WorkflowExecutionStatus.Paused);
}
