using System.Buffers.Binary;
using System.Security.Cryptography;
using Holdfast.Engine;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows;
using Holdfast.Runtime.Shards;
using Holdfast.Storage;
using Holdfast.Storage.Inspection;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Runtime.Checking;

/// <summary>
/// Looks through all that a store holds: every journal folds into a run with a history without gaps, its header and its visibility row say what the fold
/// says, and whatever refers to a run finds it. It is a second witness beside the server, which looks at a run only when somebody asks for it.
/// </summary>
public sealed class StoreCheck(IStoreInspection store)
{
    private const int Page = 256;

    // Null and 0: they cannot be read, which is told once and not of every run.
    private Dictionary<string, string>? namespaces;
    private int shards;
    private CheckedRun? lastParent;

    /// <summary>Checks everything, telling each damage as it is found.</summary>
    /// <param name="tellDamage">Called for each damage.</param>
    /// <param name="tellHistory">Called for each run whose history could be read, with the history's hash; null: hashes are not made.</param>
    public async Task<StoreCheckResult> RunAsync(Action<StoreDamage> tellDamage, Action<HistoryHash>? tellHistory, CancellationToken cancellation)
    {
        var result = new StoreCheckResult();
        try
        {
            namespaces = (await store.LoadNamespacesAsync(cancellation)).ToDictionary(ns => ns.Id, ns => ns.Name);
        }
        catch (StoreDamagedException e)
        {
            Tell(e);
        }

        try
        {
            shards = await store.ReadShardCountAsync(cancellation);
        }
        catch (StoreDamagedException e)
        {
            Tell(e);
        }

        var after = 0L;
        try
        {
            while (true)
            {
                var page = await store.ReadRunsAsync(after, Page, cancellation);
                foreach (var run in page)
                {
                    var found = await CheckAsync(run, tellHistory, cancellation);
                    result = result.Add(found);
                    foreach (var problem in found.Problems)
                        tellDamage(new StoreDamage(run.Run, problem));
                }

                if (page.Count < Page)
                    break;
                after = page[^1].EntityId;
            }
        }
        catch (StoreDamagedException e)
        {
            result = result with { Damages = result.Damages + 1 };
            tellDamage(new StoreDamage(null, $"{e.Message}. The runs behind that place were not checked."));
        }

        await foreach (var damage in store.FindDamageAsync(cancellation))
        {
            result = result with { Damages = result.Damages + 1 };
            tellDamage(damage);
        }

        return result;

        void Tell(StoreDamagedException damage)
        {
            result = result with { Damages = result.Damages + 1 };
            tellDamage(new StoreDamage(null, $"{damage.Message}."));
        }
    }

    /// <summary>The name of a namespace, or its id when it has none.</summary>
    public string NameOf(string namespaceId) => namespaces?.GetValueOrDefault(namespaceId, namespaceId) ?? namespaceId;

    private async ValueTask<CheckedRun> CheckAsync(InspectedRun run, Action<HistoryHash>? tellHistory, CancellationToken cancellation)
    {
        var problems = new List<string>();
        if (run.Damage is { } damage)
            problems.Add(damage);
        if (shards > 0 && run.Shard != ShardHash.ShardOf(WorkflowTarget.Of(run.Run), shards))
            problems.Add($"its header names shard {run.Shard}, where it is never looked for.");
        if (namespaces?.ContainsKey(run.Run.NamespaceId) == false)
            problems.Add($"its namespace {run.Run.NamespaceId} does not exist.");
        try
        {
            await CheckCurrentAsync(run, problems, cancellation);
        }
        catch (StoreDamagedException e)
        {
            problems.Add($"{e.Message}.");
        }

        MutableState? state = null;
        if (run.Journal is { } journal)
        {
            try
            {
                var loaded = CachedRun.Load(run.Run, journal);
                state = loaded.State;
                CheckSnapshots(run.Run, journal, problems);
                if (loaded.Snapshot.History.Count != state.NextEventId - 1)
                    problems.Add($"its history has {loaded.Snapshot.History.Count} events, but its state counts {state.NextEventId - 1}.");
                CheckHeader(run, state, problems);
                CheckHistory(state, problems);
                CheckListing(run, state, problems);
                await CheckRelativesAsync(state, problems, cancellation);
                tellHistory?.Invoke(new HistoryHash(run.Run, loaded.Snapshot.History.Count, Hash(loaded.Snapshot.History)));
            }
            catch (DamagedRunException e)
            {
                problems.Add($"its journal does not fold: {e.Damage}");
            }
            catch (StoreDamagedException e)
            {
                problems.Add($"{e.Message}.");
            }
        }

        return new CheckedRun(run.Run, state, problems);
    }

    private async ValueTask CheckCurrentAsync(InspectedRun run, List<string> problems, CancellationToken cancellation)
    {
        // A closed run need not be the current one, and its id need not have one: that may have been deleted.
        if (run.Status != (int)WorkflowExecutionStatus.Running)
            return;
        var current = await store.FindCurrentRunAsync(run.Run.NamespaceId, run.Run.WorkflowId, cancellation);
        if (current != run.Run.RunId)
            problems.Add($"it is open, but {(current is null ? "its workflow id has no current run" : $"the current run of its workflow id is {current}")}.");
    }

    private static void CheckHeader(InspectedRun run, MutableState state, List<string> problems)
    {
        if (run.Status != (int)state.Status)
            problems.Add($"its header says {(WorkflowExecutionStatus)run.Status}, its journal {state.Status}.");

        // Of what waits for a time, an instant before all time sees nothing as due yet: what is due then was due when the header was written.
        var debt = Debts.Of(state, DateTime.MinValue);
        if (run.Owes)
        {
            if (Debts.Of(state, DateTime.MaxValue).Now.IsEmpty)
                problems.Add("its header says that it owes something, its journal that it owes nothing.");
        }
        else if (!debt.Now.IsEmpty)
        {
            problems.Add($"it owes {debt.Now[0]}, but its header does not say so: a restart would not see to it.");
        }
        else if (run.WakeAt != debt.WakeAt)
        {
            problems.Add($"its header says to look again at {Instant(run.WakeAt)}, its journal at {Instant(debt.WakeAt)}.");
        }

        static string Instant(DateTime? time) => time is { } at ? at.ToString("O", null) : "no time";
    }

    // Loading begins at the newest snapshot. That each one says what the records before it say, only folding them all can show.
    private static void CheckSnapshots(RunKey run, StoredRun journal, List<string> problems)
    {
        MutableState? state = null;
        try
        {
            foreach (var record in journal.Rows.SelectMany(row => JournalRows.Decode(row)))
            {
                // A compacted journal holds its newest snapshot and events, and no longer what they were made from.
                if (state is null && record.Stored.KindCase != StoredRecord.KindOneofCase.RunCreated)
                    return;
                state = state is null ? Fold.Create(record) : Fold.Apply(state, record);
                if (record.Stored.KindCase == StoredRecord.KindOneofCase.Snapshot && !StateSnapshot.Of(state).Equals(record.Stored.Snapshot))
                    problems.Add($"the snapshot behind event {state.NextEventId - 1} is not what the records before it make.");
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new DamagedRunException(run, e.Message, e);
        }
    }

    private static void CheckHistory(MutableState state, List<string> problems)
    {
        // That event ids have no gap is what the fold itself insists on.
        if (state.IsClosed != (state.CloseEvent is not null))
            problems.Add($"it is {state.Status}, but its history {(state.IsClosed ? "has no" : "has an")} event that closes it.");
        else if (state.CloseEvent is { } close && close.EventId != state.NextEventId - 1)
            problems.Add($"its history goes on behind event {close.EventId}, which closes it.");
    }

    private static void CheckListing(InspectedRun run, MutableState state, List<string> problems)
    {
        if (run.Visibility is not { } listed)
        {
            if (run.Damage is null)
                problems.Add("it is not listed: it has no visibility row.");
            return;
        }

        var expected = VisibilityRows.Of(state);
        if ((listed.Status, listed.WorkflowType, listed.StartTime, listed.CloseTime) != (expected.Status, expected.WorkflowType, expected.StartTime, expected.CloseTime))
            problems.Add($"it is listed as {listed.Status} {listed.WorkflowType}, its journal makes it {expected.Status} {expected.WorkflowType}.");
        if (!listed.Memo.Equals(expected.Memo))
            problems.Add("it is listed with another memo than its journal gives it.");
    }

    private async ValueTask CheckRelativesAsync(MutableState state, List<string> problems, CancellationToken cancellation)
    {
        foreach (var child in state.PendingChildren.Values)
        {
            if (child.IsStarted && await store.FindCurrentRunAsync(state.Key.NamespaceId, child.Attributes.WorkflowId, cancellation) is null)
                problems.Add($"it waits for its child {child.Attributes.WorkflowId}, which does not exist.");
        }

        // A child that its parent knows of must be among those that the parent waits for, as long as both are open.
        if (state.IsClosed || !state.HasParent || state.AwaitsParent)
            return;
        var link = state.Started.ParentWorkflowExecution;
        if (await ParentAsync(new RunKey(state.Key.NamespaceId, link.WorkflowId, link.RunId), cancellation) is { IsClosed: false } parent
            && !parent.PendingChildren.ContainsKey(state.Started.ParentInitiatedEventId))
        {
            problems.Add($"it is a child of {parent.Key}, which does not wait for it.");
        }
    }

    // Children of one parent lie close together, so that remembering the last one spares most of the folding.
    private async ValueTask<MutableState?> ParentAsync(RunKey key, CancellationToken cancellation)
    {
        if (lastParent?.Run == key)
            return lastParent.State;

        MutableState? state = null;
        if (await store.FindRunAsync(key, cancellation) is { Journal: { } journal })
        {
            try
            {
                state = CachedRun.Load(key, journal).State;
            }
            catch (DamagedRunException)
            {
                // Told when its own turn comes.
            }
        }

        lastParent = new CheckedRun(key, state, []);
        return state;
    }

    /// <summary>SHA-256 of the encoded events, each behind its length as four bytes, the least significant first.</summary>
    private static string Hash(HistorySlice history)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        for (var i = 0; i < history.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, history[i].Length);
            hash.AppendData(length);
            hash.AppendData(history[i].Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
