using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Engine.Journal;
using Holdfast.Storage;

namespace Holdfast.Runtime.Shards;

/// <summary>Events of a run that are not in memory. What is stored of a history never changes, so it is read beside the shard.</summary>
internal static class StoredHistory
{
    /// <summary>The events from one id to another, the last of which may be in memory.</summary>
    public static async ValueTask<HistorySlice> ReadAsync(IStore store, RunSnapshot run, long firstEventId, long lastEventId, CancellationToken cancellation)
    {
        var key = run.State.Key;
        var events = new ByteString[lastEventId - firstEventId + 1];
        var known = run.History.Between(firstEventId, lastEventId);
        var lastStored = run.History.FirstEventId - 1;
        try
        {
            var missing = Math.Min(lastStored, lastEventId);
            var rows = await store.ReadHistoryAsync(key, firstEventId, missing, cancellation)
                ?? throw new RequestRefusedException(Refusal.WorkflowNotFound(WorkflowTarget.Of(key)));
            var next = firstEventId;
            foreach (var row in rows)
            {
                var id = row.FirstEventId;
                foreach (var encoded in JournalRows.DecodeHistory(row.Records))
                {
                    if (id >= firstEventId && id <= missing)
                    {
                        if (id != next)
                            throw new DamagedRunException(key, $"event {next} of its history is missing.");
                        events[next++ - firstEventId] = encoded;
                    }

                    id++;
                }
            }

            if (next != missing + 1)
                throw new DamagedRunException(key, $"event {next} of its history is missing.");
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
        {
            throw Damaged(new DamagedRunException(key, e.Message, e));
        }
        catch (DamagedRunException e)
        {
            throw Damaged(e);
        }

        for (var position = 0; position < known.Count; position++)
            events[known.FirstEventId + position - firstEventId] = known[position];
        return new HistorySlice(events, 0, events.Length, firstEventId);

        static RequestRefusedException Damaged(DamagedRunException e) => new(Quarantine.RefusalFor(e));
    }
}
