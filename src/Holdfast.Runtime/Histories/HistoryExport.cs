using Holdfast.Engine;
using Holdfast.Runtime.Shards;
using Holdfast.Storage;
using Holdfast.Storage.Inspection;

namespace Holdfast.Runtime.Histories;

/// <summary>Takes a run's history out of a store, whether a server uses the store or not.</summary>
public static class HistoryExport
{
    /// <summary>The history as JSON; null when there is no such run.</summary>
    /// <param name="runId">Empty for the workflow id's current run.</param>
    /// <exception cref="DamagedRunException">The run's stored data is damaged.</exception>
    /// <exception cref="StoreDamagedException">The run cannot be looked for.</exception>
    public static async Task<string?> ReadAsync(
        IStoreInspection store, string namespaceId, string workflowId, string runId, CancellationToken cancellation)
    {
        if (runId.Length == 0)
            runId = await store.FindCurrentRunAsync(namespaceId, workflowId, cancellation) ?? "";
        var key = new RunKey(namespaceId, workflowId, runId);
        if (runId.Length == 0 || await store.FindRunAsync(key, cancellation) is not { } run)
            return null;
        if (run.Journal is null)
            throw new DamagedRunException(key, run.Damage ?? "its journal cannot be read.");
        return HistoryJson.Write(CachedRun.Load(key, run.Journal).Snapshot.History);
    }
}
