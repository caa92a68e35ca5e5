using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.History.V1;
using Temporalio.Api.Update.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>The workflow's answer to an update that it had accepted. The run keeps it for as long as it exists, for callers who ask later.</summary>
internal static class CompleteUpdate
{
    public static CommandRejection? Decide(Response response, string updateId, Turn turn)
    {
        if (response.Outcome is null || response.Outcome.ValueCase == Outcome.ValueOneofCase.None)
            return UpdateMessages.Bad($"invalid Response message of update {updateId}: outcome is not set");
        if (response.Meta is null || response.Meta.UpdateId != updateId)
            return UpdateMessages.Bad($"invalid Response message of update {updateId}: meta.update_id is {response.Meta?.UpdateId ?? "not set"}");
        if (!turn.State.Updates.TryGetValue(updateId, out var update))
            return UpdateMessages.Bad($"update {updateId} not found");
        if (update.Stage != UpdateStage.Accepted)
            return UpdateMessages.Bad($"update {updateId} received Response message while in state {update.Stage}");

        turn.Append(HistoryEvents.WorkflowExecutionUpdateCompleted(update, response));
        return null;
    }

    public static MutableState Apply(MutableState state, HistoryEvent completed)
    {
        var attributes = completed.WorkflowExecutionUpdateCompletedEventAttributes;
        var update = state.Updates[attributes.Meta.UpdateId];
        Invariant.Holds(update.Stage == UpdateStage.Accepted);
        return state with
        {
            Updates = state.Updates.SetItem(update.UpdateId, update with { Stage = UpdateStage.Completed, Outcome = attributes.Outcome }),
        };
    }
}
