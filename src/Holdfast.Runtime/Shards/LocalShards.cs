using Holdfast.Engine;
using Holdfast.Storage;

namespace Holdfast.Runtime.Shards;

/// <summary>All shards in this process.</summary>
public sealed class LocalShards : IShards, IAsyncDisposable
{
    private static readonly Refusal NotRunning = Refusal.Unavailable("The server is starting or shutting down.");

    private readonly ShardEnvironment environment;
    private ShardRunner[] runners = [];

    public LocalShards(ShardEnvironment environment) => this.environment = environment;

    /// <summary>
    /// Takes the shards, from whoever owned them, and serves; what was owed when the store was last used is derived in the background.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var count = await environment.Store.FixShardCountAsync(environment.Shards, cancellation);
        var deliveries = new DeliveryService(this, environment);
        var started = new ShardRunner[count];
        for (var shard = 0; shard < count; shard++)
            started[shard] = new ShardRunner(shard, environment, environment.CacheBytes / count, deliveries);
        foreach (var runner in started)
            await runner.OpenAsync(cancellation);
        runners = started;
        foreach (var runner in started)
            runner.Start();
    }

    /// <summary>Decides and writes what has been asked, then stops; later requests are refused.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(runners.Select(runner => runner.DisposeAsync().AsTask()));

    public ValueTask<Told<TReply>> AskAsync<TReply>(IWorkflowRequest<TReply> request, CancellationToken cancellation)
    {
        if (environment.Queues.RefuseMore(request) is { } full)
            return new ValueTask<Told<TReply>>(new Told<TReply>(full, null));
        var ask = new Ask<TReply>(request, cancellation);
        return Enqueue(ask) is { } refusal ? new ValueTask<Told<TReply>>(new Told<TReply>(refusal, null)) : ask.Task;
    }

    public ValueTask<RunSnapshot?> ReadAsync(WorkflowTarget target, CancellationToken cancellation)
    {
        var read = new Read(target, cancellation);
        return Enqueue(read) is { } refusal ? throw new RequestRefusedException(refusal) : read.Task;
    }

    public ValueTask<RunSnapshot?> WatchAsync(WorkflowTarget target, Func<RunSnapshot, bool> until, CancellationToken cancellation)
    {
        var watch = new Watch(target, until, cancellation);
        return Enqueue(watch) is { } refusal ? throw new RequestRefusedException(refusal) : watch.Task;
    }

    public ValueTask<HistorySlice> ReadHistoryAsync(RunSnapshot run, long firstEventId, long lastEventId, CancellationToken cancellation)
    {
        var last = Math.Min(lastEventId, run.History.LastEventId);
        return last < firstEventId || firstEventId >= run.History.FirstEventId
            ? new ValueTask<HistorySlice>(run.History.Between(firstEventId, last))
            : StoredHistory.ReadAsync(environment.Store, run, firstEventId, last, cancellation);
    }

    /// <summary>
    /// Deletes runs of which the store said that they are closed and owe nothing; those that somebody changed since stay. True when all are gone.
    /// </summary>
    public async Task<bool> DeleteExpiredAsync(IReadOnlyList<RunKey> expired, CancellationToken cancellation)
    {
        var asked = new List<ValueTask<bool>>(expired.Count);
        foreach (var run in expired)
        {
            var delete = new DeleteExpired(run, cancellation);
            if (Enqueue(delete) is not null)
                return false;
            asked.Add(delete.Task);
        }

        var all = true;
        foreach (var one in asked)
            all &= await one;
        return all;
    }

    /// <summary>How many shards there are; 0 before the start.</summary>
    public int Count => runners.Length;

    /// <summary>Writes compacted journals; completes when those that could be written are durable.</summary>
    public async Task WriteCompactedAsync(IReadOnlyList<RunWrite> compacted, CancellationToken cancellation)
    {
        var asked = new List<ValueTask<bool>>(compacted.Count);
        foreach (var write in compacted)
        {
            var envelope = new WriteCompacted(write, cancellation);
            if (Enqueue(envelope) is null)
                asked.Add(envelope.Task);
        }

        foreach (var one in asked)
            await one;
    }

    private Refusal? Enqueue(Envelope envelope)
    {
        var target = envelope.Target;
        return runners.Length == 0 ? NotRunning : runners[ShardHash.ShardOf(target, runners.Length)].Enqueue(envelope);
    }
}
