using Temporalio.Api.Enums.V1;

namespace Holdfast.Dashboard.Workflows;

/// <summary>How a workflow's status is written and coloured.</summary>
internal static class StatusText
{
    /// <summary>All statuses that a workflow can have, in the order in which the dashboard offers them.</summary>
    public static readonly IReadOnlyList<WorkflowExecutionStatus> All =
    [
        WorkflowExecutionStatus.Running,
        WorkflowExecutionStatus.Completed,
        WorkflowExecutionStatus.Failed,
        WorkflowExecutionStatus.TimedOut,
        WorkflowExecutionStatus.Canceled,
        WorkflowExecutionStatus.Terminated,
        WorkflowExecutionStatus.ContinuedAsNew,
        WorkflowExecutionStatus.Paused,
    ];

    // An enum read from the wire may hold a value that this version does not know (CS8524); one that it does know and
    // that is not handled breaks the build.
#pragma warning disable CS8524
    public static string Label(WorkflowExecutionStatus status) => status switch
    {
        WorkflowExecutionStatus.Unspecified => "Unknown",
        WorkflowExecutionStatus.Running => "Running",
        WorkflowExecutionStatus.Completed => "Completed",
        WorkflowExecutionStatus.Failed => "Failed",
        WorkflowExecutionStatus.Canceled => "Canceled",
        WorkflowExecutionStatus.Terminated => "Terminated",
        WorkflowExecutionStatus.ContinuedAsNew => "Continued as new",
        WorkflowExecutionStatus.TimedOut => "Timed out",
        WorkflowExecutionStatus.Paused => "Paused",
    };
#pragma warning restore CS8524

    /// <summary>The style sheet's class for a status: its protocol name in lower case.</summary>
    public static string Class(WorkflowExecutionStatus status) => "s-" + status.ToString().ToLowerInvariant();

    public static bool IsOpen(WorkflowExecutionStatus status) =>
        status is WorkflowExecutionStatus.Running or WorkflowExecutionStatus.Paused;
}
