using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.History.V1;
using Temporalio.Api.Update.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>
/// The workflow took an update on: from here on the history shows it. An update that the run does not know comes to life again out of the
/// message, which carries the request: the worker may have been given it by a start of the task that was lost.
/// </summary>
internal static class AcceptUpdate
{
    public static CommandRejection? Decide(Acceptance acceptance, string updateId, Turn turn)
    {
        var update = turn.State.Updates.GetValueOrDefault(updateId);
        if (update is { WaitsForWorker: false, Stage: not UpdateStage.Rejected })
            return UpdateMessages.Bad($"update {updateId} received Acceptance message while in state {update.Stage}");
        var request = update?.Request ?? acceptance.AcceptedRequest;
        if (request is null)
            return UpdateMessages.Bad($"update {updateId} not found");
        if (update is null && turn.State.Updates.Count >= turn.Context.Limits.UpdatesPerRun)
            return UpdateMessages.Bad($"limit on number of total updates has been reached ({turn.Context.Limits.UpdatesPerRun})");

        turn.Append(HistoryEvents.WorkflowExecutionUpdateAccepted(updateId, acceptance, request));
        return null;
    }

    public static MutableState Apply(MutableState state, HistoryEvent accepted)
    {
        var id = accepted.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId;
        var update = state.Updates.GetValueOrDefault(id);
        Invariant.Holds(update is null or { WaitsForWorker: true } or { Stage: UpdateStage.Rejected });
        return state with
        {
            Updates = state.Updates.SetItem(id, new UpdateState
            {
                UpdateId = id,
                Stage = UpdateStage.Accepted,
                AdmittedTime = update?.AdmittedTime ?? accepted.EventTime.ToDateTime(),
                Order = update?.Order ?? 0,
                AcceptedEventId = accepted.EventId,
            }),
        };
    }
}
