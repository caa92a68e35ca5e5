using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Properties;

/// <summary>The <c>ModifyWorkflowProperties</c> command: merges into the memo; null deletes.</summary>
internal static class ModifyProperties
{
    public static CommandRejection? Decide(ModifyWorkflowPropertiesCommandAttributes command, Turn turn)
    {
        if (command.UpsertedMemo is null)
            return new CommandRejection(WorkflowTaskFailedCause.BadModifyWorkflowPropertiesAttributes, "UpsertedMemo is not set on ModifyWorkflowPropertiesCommand.");
        if (command.UpsertedMemo.CalculateSize() > turn.Context.Limits.MemoSizeError)
        {
            return new CommandRejection(
                WorkflowTaskFailedCause.BadModifyWorkflowPropertiesAttributes,
                $"UpsertedMemo exceeds size limit of {turn.Context.Limits.MemoSizeError} bytes.",
                TerminatesRun: true);
        }

        turn.Append(HistoryEvents.WorkflowPropertiesModified(command.UpsertedMemo, turn.CompletedEventId));
        return null;
    }

    public static MutableState Apply(MutableState state, HistoryEvent modified) => state with
    {
        Memo = MutableState.Merge(state.Memo, modified.WorkflowPropertiesModifiedEventAttributes.UpsertedMemo?.Fields),
    };
}
