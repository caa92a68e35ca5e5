using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>
/// The run timeout and the execution timeout. A run that timed out may be retried or followed by its next cron run; an execution that
/// expired is over.
/// </summary>
internal static class TimeOutRun
{
    public static void IfDue(Turn turn)
    {
        if (turn.State.RunExpiresAt is not { } expiresAt || expiresAt > turn.Context.Now)
            return;

        CloseRun.EndWorkflowTask(turn);
        var failure = Failures.Timeout(TimeoutType.StartToClose, "workflow timeout");
        var (backoff, retryState) = turn.State.ExecutionExpiresAt <= turn.Context.Now
            ? (null, RetryState.Timeout)
            : Successor.JudgeRetry(turn.State, failure, turn.Context.Now);
        var successor = "";
        if (backoff is { } retry)
            successor = Successor.Create(turn, ContinueAsNewInitiator.Retry, retry, failure, lastResult: null);
        else if (Successor.CronBackoff(turn.State, turn.Context.Now) is { } cron)
            successor = Successor.Create(turn, ContinueAsNewInitiator.CronSchedule, cron, failure, lastResult: null);
        turn.Append(HistoryEvents.WorkflowExecutionTimedOut(retryState, successor));
    }
}
