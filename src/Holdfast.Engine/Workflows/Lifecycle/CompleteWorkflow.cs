using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>The <c>CompleteWorkflowExecution</c> command. A cron workflow's next run follows.</summary>
internal static class CompleteWorkflow
{
    public static CommandRejection? Decide(CompleteWorkflowExecutionCommandAttributes command, Command envelope, Turn turn)
    {
        if (Sizes.Problem(command.Result, turn.Context.Limits) is { } tooLarge)
            return new CommandRejection(WorkflowTaskFailedCause.BadCompleteWorkflowExecutionAttributes, $"CompleteWorkflowExecutionCommandAttributes.Result: {tooLarge}", TerminatesRun: true);

        var successor = Successor.CronBackoff(turn.State, turn.Context.Now) is { } backoff
            ? Successor.Create(turn, ContinueAsNewInitiator.CronSchedule, backoff, failure: null, command.Result)
            : "";
        turn.Append(HistoryEvents.WorkflowExecutionCompleted(envelope, command.Result, turn.CompletedEventId, successor));
        return null;
    }
}
