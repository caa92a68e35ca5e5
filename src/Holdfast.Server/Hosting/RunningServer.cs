using System.Runtime.CompilerServices;
using Holdfast.Runtime;
using Holdfast.Runtime.Housekeeping;
using Holdfast.Runtime.Matching;
using Holdfast.Runtime.Queries;
using Holdfast.Runtime.Shards;
using Holdfast.Server.Namespaces;
using Holdfast.Server.Workers;
using Holdfast.Storage;
using Holdfast.Storage.InMemory;
using Holdfast.Storage.Postgres;
using Holdfast.Storage.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Holdfast.Server.Hosting;

/// <summary>
/// The server behind the wire, for as long as its host runs: it opens the store before the first port does, lets long polls go before the
/// ports close, and closes the store after the last call.
/// </summary>
internal sealed class RunningServer(IOptions<HoldfastServerOptions> options, TimeProvider time, ILoggerFactory loggers) : IHostedLifecycleService, IHealthCheck, IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private Parts? parts;
    private bool takenOver;

    public DynamicConfig Config { get; } = DynamicConfig.Read(options.Value.DynamicConfigValues);

    public IStore Store => Running.Store;

    public NamespaceRegistry Namespaces => Running.Namespaces;

    public IShards Shards => Running.Shards;

    public WorkerHeartbeats Heartbeats { get; } = new(time);

    public TaskQueues Queues => Running.Queues;

    public WorkflowTaskPolls WorkflowTasks => Running.WorkflowTasks;

    public ActivityTaskPolls ActivityTasks => Running.ActivityTasks;

    public WorkflowQueries Queries => Running.Queries;

    /// <summary>Cancelled when the host begins to stop: whatever waits for something to happen stops waiting.</summary>
    public CancellationToken Stopping => stopping.Token;

    public int ShardCount => Running.ShardCount;

    public string StoreName => options.Value.Database is not null ? "postgresql" : options.Value.DataFile is null ? "memory" : "sqlite";

    public string ClusterId { get; } = FreshIds.Next(time.GetUtcNow());

    private Parts Running => parts ?? throw new InvalidOperationException("The Holdfast server is not running: its host has not started it, or has stopped it.");

    /// <summary>Ids are ordered by time, so that what belongs together in time lies together in an index.</summary>
    public string NewId() => FreshIds.Next(time.GetUtcNow());

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var store = new SeverableStore(await OpenStoreAsync(cancellationToken));
        var namespaces = new NamespaceRegistry(store, time);
        var journal = new JournalWriter(store, $"{Environment.MachineName}/{Environment.ProcessId}/{NewId()}");
        var queues = new TaskQueues(time, Config.MaxTaskBacklog);
        var environment = new ShardEnvironment
        {
            Store = store,
            Journal = journal,
            Queues = queues,
            Time = time,
            NewId = NewId,
            FindNamespace = id => namespaces.FindById(id)?.View,
            Limits = Config.Limits,
            OnShardLost = _ => OnShardLost(),
            Logger = loggers.CreateLogger("Holdfast.Shards"),
        };
        var shards = new LocalShards(environment);
        var queries = new WorkflowQueries(shards, queues, time, NewId);
        parts = new Parts
        {
            Store = store,
            Namespaces = namespaces,
            Journal = journal,
            Queues = queues,
            Shards = shards,
            Queries = queries,
            WorkflowTasks = new WorkflowTaskPolls(shards, queues, queries, time, NewId),
            ActivityTasks = new ActivityTaskPolls(shards, queues, time, NewId),
        };

        parts.ShardCount = await store.FixShardCountAsync(environment.Shards, cancellationToken);
        await namespaces.LoadAsync(cancellationToken);
        foreach (var name in options.Value.Namespaces)
            await namespaces.EnsureAsync(name, options.Value.Retention, options.Value.SearchAttributes, cancellationToken);
        await parts.Shards.StartAsync(cancellationToken);
        parts.Compaction = new Compaction(store, shards, time, loggers.CreateLogger("Holdfast.Compaction"));
        parts.Retention = new Retention(store, shards, time, () => namespaces.Retentions, loggers.CreateLogger("Holdfast.Retention"));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        parts?.Queues.EndPolls();
        return stopping.CancelAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    /// <summary>Not healthy once another server has taken over.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        Volatile.Read(ref takenOver) ? HealthCheckResult.Unhealthy("Another server has taken over.") : HealthCheckResult.Healthy());

    /// <summary>Compacts the journals of all closed runs now, rather than in a while.</summary>
    public Task CompactAsync() => Running.Compaction!.SweepAsync();

    /// <summary>From now on nothing more is written, as if the process had died.</summary>
    public void Crash() => parts?.Store.Sever();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref parts, null) is not { } running)
            return;

        if (running.Compaction is { } compaction)
            await compaction.DisposeAsync();
        if (running.Retention is { } retention)
            await retention.DisposeAsync();
        await running.Shards.DisposeAsync();
        await running.Journal.DisposeAsync();
        running.Namespaces.Dispose();
        await running.Store.DisposeAsync();
        stopping.Dispose();
    }

    private ValueTask<IStore> OpenStoreAsync(CancellationToken cancellation)
    {
        if (options.Value is { Database: not null, DataFile: not null })
            throw new StoreUnusableException("Both a database file and a PostgreSQL database are given. Choose one of them.");
        if (options.Value.Database is { } database)
            return OpenPostgresAsync(database, cancellation);
        return ValueTask.FromResult<IStore>(options.Value.DataFile is { } file ? SqliteStore.Open(new SqliteStoreOptions(file) { Relaxed = options.Value.RelaxedDurability }) : new InMemoryStore());
    }

    // A method of its own: where nobody asks for PostgreSQL its client library is not loaded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async ValueTask<IStore> OpenPostgresAsync(string database, CancellationToken cancellation)
    {
        try
        {
            return await PostgresStore.OpenAsync(new PostgresStoreOptions(PostgresAddress.Parse(database)) { Sole = true, Relaxed = options.Value.RelaxedDurability }, time, cancellation);
        }
        catch (FormatException wrong)
        {
            throw new StoreUnusableException(wrong.Message, wrong);
        }
    }

    private void OnShardLost()
    {
        if (!Interlocked.Exchange(ref takenOver, true))
            options.Value.OnTakenOver?.Invoke();
    }

    private sealed class Parts
    {
        public required SeverableStore Store { get; init; }

        public required NamespaceRegistry Namespaces { get; init; }

        public required JournalWriter Journal { get; init; }

        public required TaskQueues Queues { get; init; }

        public required LocalShards Shards { get; init; }

        public required WorkflowQueries Queries { get; init; }

        public required WorkflowTaskPolls WorkflowTasks { get; init; }

        public required ActivityTaskPolls ActivityTasks { get; init; }

        public int ShardCount { get; set; }

        public Retention? Retention { get; set; }

        public Compaction? Compaction { get; set; }
    }
}
