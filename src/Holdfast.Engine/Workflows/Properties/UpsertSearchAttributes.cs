using Holdfast.Engine.Visibility;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Properties;

/// <summary>The <c>UpsertWorkflowSearchAttributes</c> command: lists see the new values at once; null deletes.</summary>
internal static class UpsertSearchAttributes
{
    public static CommandRejection? Decide(UpsertWorkflowSearchAttributesCommandAttributes command, Turn turn)
    {
        if (command.SearchAttributes is not { IndexedFields.Count: > 0 })
            return new CommandRejection(WorkflowTaskFailedCause.BadSearchAttributes, "SearchAttributes is not set on UpsertWorkflowSearchAttributesCommand.");
        var checkedAttributes = SearchAttributeRules.Check(command.SearchAttributes, turn.Context.Namespace);
        if (checkedAttributes.Problem is { } problem)
            return new CommandRejection(WorkflowTaskFailedCause.BadSearchAttributes, problem);

        turn.Append(HistoryEvents.UpsertWorkflowSearchAttributes(checkedAttributes.Typed!, turn.CompletedEventId));
        return null;
    }

    public static MutableState Apply(MutableState state, HistoryEvent upserted) => state with
    {
        SearchAttributes = MutableState.Merge(state.SearchAttributes, upserted.UpsertWorkflowSearchAttributesEventAttributes.SearchAttributes?.IndexedFields),
    };
}
