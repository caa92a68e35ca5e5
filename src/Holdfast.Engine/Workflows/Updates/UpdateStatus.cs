using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Update.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>
/// What a caller who waits for an update is told of it. A caller waits until <see cref="Stage"/> is the one it asked for, or a later one,
/// or until there is a <see cref="Refusal"/>: then nothing will come of the wait.
/// </summary>
/// <param name="Outcome">Set at the completed stage alone; a rejected update is a completed one with a failure.</param>
public readonly record struct UpdateStatus(UpdateWorkflowExecutionLifecycleStage Stage, Outcome? Outcome, Refusal? Refusal)
{
    /// <summary>
    /// From this attempt on, a workflow task is taken to fail for ever: updates fail at once instead of waiting for it. An update
    /// could not mend the workflow either, since the worker handles it only after the events on which it fails.
    /// </summary>
    internal const int FailingAttempt = 3;

    /// <summary>
    /// The update as the run stands. Ids that the run does not know are refused as not found; so are updates that were aborted, which the
    /// run forgets.
    /// </summary>
    public static UpdateStatus Of(MutableState state, string updateId)
    {
        if (!state.Updates.TryGetValue(updateId, out var update))
            return Refused(!state.IsClosed && IsFailing(state) ? NotReady : Refusal.NotFound($"update \"{updateId}\" not found"));

#pragma warning disable CS8524 // A number outside the enum: our own, so there is none.
        return update.Stage switch
        {
            UpdateStage.Completed => new(UpdateWorkflowExecutionLifecycleStage.Completed, update.Outcome, null),
            UpdateStage.Rejected => Completed(update.Rejection!),
            UpdateStage.Accepted when state.IsClosed => Completed(AcceptedButNeverCompleted()),
            UpdateStage.Accepted => new(UpdateWorkflowExecutionLifecycleStage.Accepted, null, null),
            UpdateStage.Admitted or UpdateStage.Sent when state.IsClosed => Refused(AbortedByClose(state)),
            UpdateStage.Admitted or UpdateStage.Sent => new(UpdateWorkflowExecutionLifecycleStage.Admitted, null, null),
        };
#pragma warning restore CS8524
    }

    internal static bool IsFailing(MutableState state) => state.WorkflowTaskAttempt >= FailingAttempt;

    internal static Refusal NotReady { get; } = new(
        RefusalCode.FailedPrecondition,
        "Unable to perform workflow execution update due to Workflow Task in failed state.",
        new WorkflowNotReadyFailure());

    // With a successor the caller should try again: an id without run id then leads to the new run.
    private static Refusal AbortedByClose(MutableState state) => state.SuccessorRunId.Length > 0
        ? Refusal.Busy("workflow operation can not be applied because workflow is closing")
        : Refusal.NotFound("workflow update was aborted by closing workflow");

    private static UpdateStatus Refused(Refusal refusal) => new(UpdateWorkflowExecutionLifecycleStage.Unspecified, null, refusal);

    private static UpdateStatus Completed(Failure failure) =>
        new(UpdateWorkflowExecutionLifecycleStage.Completed, new Outcome { Failure = failure }, null);

    private static Failure AcceptedButNeverCompleted() => Failures.Application(
        "Workflow Update failed because the Workflow completed before the Update completed.",
        "AcceptedUpdateCompletedWorkflow",
        nonRetryable: true);
}
