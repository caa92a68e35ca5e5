using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>What a workflow id's earlier run means for a new one.</summary>
internal static class IdPolicies
{
    /// <summary>The old way of saying "terminate it" is the newer conflict policy.</summary>
    public static (WorkflowIdReusePolicy Reuse, WorkflowIdConflictPolicy Conflict) Normalised(
        WorkflowIdReusePolicy reuse, WorkflowIdConflictPolicy conflict, WorkflowIdConflictPolicy defaultConflict)
    {
        if (reuse == WorkflowIdReusePolicy.TerminateIfRunning)
            return (WorkflowIdReusePolicy.AllowDuplicate, WorkflowIdConflictPolicy.TerminateExisting);
        return (
            reuse == WorkflowIdReusePolicy.Unspecified ? WorkflowIdReusePolicy.AllowDuplicate : reuse,
            conflict == WorkflowIdConflictPolicy.Unspecified ? defaultConflict : conflict);
    }

    public static string? Problem(WorkflowIdReusePolicy reuse, WorkflowIdConflictPolicy conflict)
    {
        if (reuse == WorkflowIdReusePolicy.TerminateIfRunning && conflict != WorkflowIdConflictPolicy.Unspecified)
            return "WorkflowIdConflictPolicy cannot be set with WorkflowIdReusePolicy TerminateIfRunning.";
        return reuse == WorkflowIdReusePolicy.RejectDuplicate && conflict == WorkflowIdConflictPolicy.TerminateExisting
            ? "WorkflowIdReusePolicy RejectDuplicate and WorkflowIdConflictPolicy TerminateExisting cannot be used together."
            : null;
    }

    /// <summary>Why the closed run forbids a new one, or null.</summary>
    public static Refusal? RefuseReuse(MutableState closed, WorkflowIdReusePolicy reuse)
    {
        if (reuse == WorkflowIdReusePolicy.RejectDuplicate)
            return AlreadyStarted(closed, "Workflow execution already finished. Workflow Id reuse policy: reject duplicate workflow Id.");
        // "Failed" is every end but a good one.
        var endedWell = closed.Status is WorkflowExecutionStatus.Completed or WorkflowExecutionStatus.ContinuedAsNew;
        return reuse == WorkflowIdReusePolicy.AllowDuplicateFailedOnly && endedWell
            ? AlreadyStarted(closed, "Workflow execution already finished successfully. Workflow Id reuse policy: allow duplicate workflow Id if last run failed.")
            : null;
    }

    public static Refusal AlreadyRunning(MutableState run) => AlreadyStarted(run, "Workflow execution is already running.");

    /// <summary>What a start that takes the place of a running workflow leaves with it.</summary>
    public static void TerminateReplaced(Turn turn, string newRunId) => TerminateWorkflow.Record(
        turn,
        "TerminateIfRunning WorkflowIdReusePolicy",
        new Payloads { Payloads_ = { PayloadValues.Json($"terminated by new runID: {newRunId}") } },
        "history-service");

    private static Refusal AlreadyStarted(MutableState run, string message) => new(
        RefusalCode.AlreadyExists,
        $"{message} WorkflowId: {run.Key.WorkflowId}, RunId: {run.Key.RunId}.",
        new WorkflowExecutionAlreadyStartedFailure
        {
            StartRequestId = run.CreateRequestId,
            RunId = run.Key.RunId,
            FirstExecutionRunId = run.FirstExecutionRunId,
        });
}
