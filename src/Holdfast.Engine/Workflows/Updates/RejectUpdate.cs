using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Update.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>The workflow's validator refused an update, before it did anything.</summary>
internal static class RejectUpdate
{
    public static CommandRejection? Decide(Rejection rejection, string updateId, Turn turn)
    {
        // Nobody waits for an update that the run does not know, and a rejection leaves no event: nothing to do.
        if (!turn.State.Updates.TryGetValue(updateId, out var update))
            return null;
        if (!update.WaitsForWorker)
            return UpdateMessages.Bad($"update {updateId} received Rejection message while in state {update.Stage}");

        DropUpdate.Reject(turn, updateId, rejection.Failure);
        return null;
    }
}
