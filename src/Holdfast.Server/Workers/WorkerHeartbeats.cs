using System.Collections.Concurrent;
using Temporalio.Api.Worker.V1;

namespace Holdfast.Server.Workers;

/// <summary>
/// What workers last said of themselves. It is kept in memory only and forgotten after a while of silence: it tells who works now, and a
/// worker that lives says it again within a minute.
/// </summary>
internal sealed class WorkerHeartbeats(TimeProvider time)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    // Keys come from outside: a client that makes up a new one each time must not fill the memory.
    private const int MostWorkers = 10_000;

    private readonly ConcurrentDictionary<(string NamespaceId, string InstanceKey), (WorkerHeartbeat Heartbeat, DateTimeOffset At)> workers = new();

    public void Record(string namespaceId, WorkerHeartbeat heartbeat)
    {
        if (workers.Count >= MostWorkers)
            Forget();
        if (heartbeat.WorkerInstanceKey.Length > 0 && workers.Count < MostWorkers)
            workers[(namespaceId, heartbeat.WorkerInstanceKey)] = (heartbeat, time.GetUtcNow());
    }

    public WorkerHeartbeat? Find(string namespaceId, string instanceKey) =>
        workers.TryGetValue((namespaceId, instanceKey), out var worker) && IsFresh(worker.At) ? worker.Heartbeat : null;

    /// <summary>The workers of a namespace that were heard of lately, by instance key.</summary>
    public IReadOnlyList<WorkerHeartbeat> Of(string namespaceId)
    {
        Forget();
        return
        [
            .. workers
                .Where(worker => worker.Key.NamespaceId == namespaceId)
                .OrderBy(worker => worker.Key.InstanceKey, StringComparer.Ordinal)
                .Select(worker => worker.Value.Heartbeat),
        ];
    }

    private void Forget()
    {
        foreach (var worker in workers)
        {
            if (!IsFresh(worker.Value.At))
                workers.TryRemove(worker);
        }
    }

    private bool IsFresh(DateTimeOffset at) => time.GetUtcNow() - at <= Remembered;
}
