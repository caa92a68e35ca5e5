using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>The <c>FailWorkflowExecution</c> command. A retry follows where the workflow's policy gives one, else the next cron run.</summary>
internal static class FailWorkflow
{
    public static CommandRejection? Decide(FailWorkflowExecutionCommandAttributes command, Command envelope, Turn turn)
    {
        if (command.Failure is null)
            return new CommandRejection(WorkflowTaskFailedCause.BadFailWorkflowExecutionAttributes, "Failure is not set on FailWorkflowExecutionCommand.");

        var failure = Sizes.Problem(command.Failure, turn.Context.Limits) is { } tooLarge
            ? Failures.Server($"Failure exceeds size limit: {tooLarge}", nonRetryable: true)
            : command.Failure;
        var (backoff, retryState) = Successor.JudgeRetry(turn.State, failure, turn.Context.Now);
        var successor = "";
        if (backoff is { } retry)
            successor = Successor.Create(turn, ContinueAsNewInitiator.Retry, retry, failure, lastResult: null);
        else if (Successor.CronBackoff(turn.State, turn.Context.Now) is { } cron)
            successor = Successor.Create(turn, ContinueAsNewInitiator.CronSchedule, cron, failure, lastResult: null);
        turn.Append(HistoryEvents.WorkflowExecutionFailed(envelope, failure, retryState, turn.CompletedEventId, successor));
        return null;
    }
}
