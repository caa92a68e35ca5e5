using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>The <c>CancelWorkflowExecution</c> command: the workflow ends as cancelled, and its cron chain with it.</summary>
internal static class CancelWorkflow
{
    public static CommandRejection? Decide(CancelWorkflowExecutionCommandAttributes command, Command envelope, Turn turn)
    {
        turn.Append(HistoryEvents.WorkflowExecutionCanceled(envelope, command.Details, turn.CompletedEventId));
        return null;
    }
}
