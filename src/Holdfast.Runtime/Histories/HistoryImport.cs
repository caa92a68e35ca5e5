using System.Collections.Immutable;
using Holdfast.Engine;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows;
using Holdfast.Runtime.Shards;
using Holdfast.Storage;
using Temporalio.Api.History.V1;

namespace Holdfast.Runtime.Histories;

/// <summary>
/// Puts a history into a store as a run. The run's state is the fold of the events and nothing else, so only a closed run can be taken in: what an open one
/// has beside its history (attempts under way, buffered events, updates that wait) is in no exported history.
/// </summary>
/// <remarks>
/// An imported run is a record of what was, and does nothing: whatever it still owed to other runs (a close policy for its children, a report to its parent)
/// counts as done. It becomes its workflow id's current run when the id has none.
/// </remarks>
public static class HistoryImport
{
    // For a store that no server was started on yet; the same as a server takes.
    private const int DefaultShards = 4;

    // What a closed run owes takes one round to settle; a fold that owes more each time is a bug.
    private const int MaxRounds = 4;

    /// <summary>Imports a history; what comes back names the run.</summary>
    /// <param name="store">A store that no server uses.</param>
    /// <param name="workflowId">Empty: the one that the history names.</param>
    /// <param name="runId">Empty: the one that the history names.</param>
    /// <param name="owner">Names this process, and no other ever, as the owner of the shard that is written to.</param>
    /// <exception cref="HistoryImportException">The history is not closed, not whole, not one that can be folded, or the run is there already.</exception>
    public static async Task<RunKey> RunAsync(
        IStore store, string namespaceId, History history, string workflowId, string runId, string owner, CancellationToken cancellation)
    {
        var key = KeyOf(namespaceId, history, workflowId, runId);
        var change = Rebuild(key, history);
        if (await store.LoadRunAsync(key, cancellation) is not null)
            throw new HistoryImportException($"Workflow {key.WorkflowId} has a run {key.RunId} already. Name another with --run-id.");

        var current = await store.FindCurrentRunAsync(namespaceId, key.WorkflowId, cancellation);
        var write = new CachedRun(change).TakeUnsaved(Debt.None) with { BecomesCurrent = current is null };
        var shard = ShardHash.ShardOf(WorkflowTarget.Of(key), await store.FixShardCountAsync(DefaultShards, cancellation));
        var rangeId = await store.AcquireShardAsync(shard, owner, renew: false, cancellation);
        await store.CommitAsync([new CommitBatch(shard, rangeId, [write])], cancellation);
        return key;
    }

    private static RunKey KeyOf(string namespaceId, History history, string workflowId, string runId)
    {
        if (history.Events is not [{ WorkflowExecutionStartedEventAttributes: { } started }, ..])
            throw new HistoryImportException("It does not begin with a WorkflowExecutionStarted event: it is empty, or only a part of a history.");
        if (workflowId.Length == 0)
            workflowId = started.WorkflowId;
        if (workflowId.Length == 0)
            throw new HistoryImportException("The history does not name its workflow id. Name it with --workflow-id.");
        if (runId.Length == 0)
            runId = started.OriginalExecutionRunId;
        if (runId.Length == 0)
            throw new HistoryImportException("The history does not name its run id. Name it with --run-id.");
        return new RunKey(namespaceId, workflowId, runId);
    }

    private static RunChange Rebuild(RunKey key, History history)
    {
        var records = ImmutableArray.CreateBuilder<JournalRecord>();
        records.Add(JournalRecord.OfFact(new StoredRecord
        {
            RunCreated = new RunCreated { NamespaceId = key.NamespaceId, WorkflowId = key.WorkflowId, RunId = key.RunId },
        }));
        var state = Fold.Create(records[0]);
        foreach (var historyEvent in history.Events)
        {
            if (historyEvent.EventId != state.NextEventId)
                throw new HistoryImportException($"Event {state.NextEventId} is missing: event {historyEvent.EventId} comes in its place.");
            try
            {
                Add(JournalRecord.OfEvent(historyEvent));
            }
            catch (Exception e) when (e is InvariantBrokenException or ArgumentException or KeyNotFoundException or NullReferenceException)
            {
                throw new HistoryImportException($"Event {historyEvent.EventId} ({historyEvent.EventType}) does not follow from the events before it: {e.Message}", e);
            }
        }

        if (!state.IsClosed)
            throw new HistoryImportException($"The run is open: its last event is {history.Events[^1].EventType}. Only closed runs can be imported.");
        for (var round = 0; round < MaxRounds && Debts.Of(state, DateTime.MaxValue).Now is { IsEmpty: false } owed; round++)
        {
            foreach (var obligation in owed)
            {
                if (obligation is Obligation.Deliver { Delivery: { } delivery })
                    Add(JournalRecord.OfFact(new StoredRecord { DeliveryDone = new DeliveryDone { Kind = delivery.Kind, EventId = delivery.EventId } }));
            }
        }

        Invariant.Holds(Debts.Of(state, DateTime.MaxValue).Now.IsEmpty);
        return new RunChange(state, records.ToImmutable());

        void Add(JournalRecord record)
        {
            state = Fold.Apply(state, record);
            records.Add(record);
        }
    }
}
