using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Journal;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>Hands the waiting updates to a worker, as messages beside the history of its workflow task.</summary>
internal static class DeliverUpdates
{
    /// <summary>Adds the messages to a task that was just started.</summary>
    /// <param name="resendUpdates">
    /// Also those that were sent before and not answered. False after a heartbeat: the same worker still has them.
    /// </param>
    public static void Attach(Turn turn, PollWorkflowTaskQueueResponse head, bool resendUpdates)
    {
        if (turn.State.Updates.IsEmpty)
            return;

        var sent = new UpdatesSent();
        foreach (var update in turn.State.Updates.Values.Where(update => update.WaitsForWorker).OrderBy(update => update.Order))
        {
            if (update.Stage == UpdateStage.Sent && !resendUpdates)
                continue;
            head.Messages.Add(new Message
            {
                Id = RequestMessageId(update.UpdateId),
                ProtocolInstanceId = update.UpdateId,
                // The update is handled after the event before the started one, so after all that the task shows.
                EventId = head.StartedEventId - 1,
                Body = Any.Pack(update.Request),
            });
            if (update.Stage == UpdateStage.Admitted)
                sent.UpdateIds.Add(update.UpdateId);
        }

        if (sent.UpdateIds.Count > 0)
            turn.Record(new StoredRecord { UpdatesSent = sent });
    }

    public static string RequestMessageId(string updateId) => $"{updateId}/request";

    public static MutableState Apply(MutableState state, UpdatesSent sent)
    {
        var updates = state.Updates.ToBuilder();
        foreach (var id in sent.UpdateIds)
        {
            Invariant.Holds(updates[id].Stage == UpdateStage.Admitted);
            updates[id] = updates[id] with { Stage = UpdateStage.Sent };
        }

        return state with { Updates = updates.ToImmutable() };
    }

    /// <summary>
    /// The updates after a workflow task that failed or timed out: what its worker did not answer goes out again with the next task. A workflow that
    /// keeps failing forgets them instead, since their callers are told at that point that nothing comes of them.
    /// </summary>
    public static ImmutableDictionary<string, UpdateState> Unsent(ImmutableDictionary<string, UpdateState> updates, int nextAttempt)
    {
        foreach (var (id, update) in updates)
        {
            if (nextAttempt >= UpdateStatus.FailingAttempt && update.WaitsForWorker)
                updates = updates.Remove(id);
            else if (update.Stage == UpdateStage.Sent)
                updates = updates.SetItem(id, update with { Stage = UpdateStage.Admitted });
        }

        return updates;
    }
}
