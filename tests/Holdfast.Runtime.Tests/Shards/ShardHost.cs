using Holdfast.Engine;
using Holdfast.Runtime.Matching;
using Holdfast.Runtime.Shards;
using Holdfast.Storage;
using Holdfast.Storage.InMemory;
using Holdfast.Storage.Inspection;
using Microsoft.Extensions.Time.Testing;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Runtime.Tests.Shards;

/// <summary>Shards over a store that outlives them, under a virtual clock.</summary>
internal sealed class ShardHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private int ids;
    private JournalWriter journal = null!;

    public InMemoryStore Disk { get; private init; } = new();

    /// <summary>Shards that another owner took.</summary>
    public List<int> Lost { get; } = [];

    public HeldStore Store { get; private set; } = null!;

    public FakeTimeProvider Time { get; private init; } = new();

    public TaskQueues Queues { get; private set; } = null!;

    public LocalShards Shards { get; private set; } = null!;

    public long CacheBytes { get; init; } = 64 * 1024 * 1024;

    public static async Task<ShardHost> StartAsync(long cacheBytes = 64 * 1024 * 1024, FakeTimeProvider? time = null, InMemoryStore? disk = null)
    {
        var host = new ShardHost { CacheBytes = cacheBytes, Time = time ?? new(), Disk = disk ?? new() };
        await host.StartShardsAsync();
        return host;
    }

    /// <summary>The process dies and another one starts over the same store: what lagged is lost.</summary>
    public async Task CrashAsync()
    {
        Store.CommitFailure = new IOException("This process is dead.");
        await StartShardsAsync();
    }

    /// <summary>An orderly stop, and a start over the same store.</summary>
    public async Task RestartAsync()
    {
        await Shards.DisposeAsync();
        await journal.DisposeAsync();
        await StartShardsAsync();
    }

    /// <summary>What is durable now.</summary>
    public IStoreInspection Inspect() => Disk.Inspect();

    public async Task<Told<TReply>> Ask<TReply>(IWorkflowRequest<TReply> request) =>
        await Shards.AskAsync(request, CancellationToken.None).AsTask().WaitAsync(Patience);

    public async Task<TReply> Get<TReply>(IWorkflowRequest<TReply> request) => (await Ask(request)).Answer.Reply;

    public async Task<RunSnapshot?> Read(string workflowId) =>
        await Shards.ReadAsync(new WorkflowTarget(Requests.Namespace, workflowId), CancellationToken.None).AsTask().WaitAsync(Patience);

    public async Task<RunSnapshot?> Watch(string workflowId, Func<RunSnapshot, bool> until, CancellationToken cancellation = default) =>
        await Shards.WatchAsync(new WorkflowTarget(Requests.Namespace, workflowId), until, cancellation).AsTask().WaitAsync(Patience, CancellationToken.None);

    /// <summary>The next workflow task of queue <c>q</c>.</summary>
    public async Task<TaskKey> NextTask() => (await Poll().WaitAsync(Patience))!.Task!.Key;

    public Task<MatchedTask?> Poll() => Queues.PollAsync(
        new TaskQueueKey(Requests.Namespace, "q", TaskQueueType.Workflow), new Poller("tester", "", null), TimeSpan.FromHours(1), CancellationToken.None).AsTask();

    public async ValueTask DisposeAsync()
    {
        Store.LetCommitsGo();
        await Shards.DisposeAsync();
        await journal.DisposeAsync();
    }

    /// <summary>Shards that are not started, over any store.</summary>
    public static LocalShards ShardsOver(IStore store, JournalWriter journal) => new ShardHost().MakeShards(store, journal, new TaskQueues(TimeProvider.System));

    private async Task StartShardsAsync()
    {
        Store = new HeldStore(Disk);
        journal = new JournalWriter(Store, Guid.NewGuid().ToString());
        Queues = new TaskQueues(Time);
        Shards = MakeShards(Store, journal, Queues);
        await Shards.StartAsync(CancellationToken.None);
    }

    private LocalShards MakeShards(IStore store, JournalWriter writer, TaskQueues queues) => new(new ShardEnvironment
    {
        Store = store,
        Journal = writer,
        Queues = queues,
        Time = Time,
        NewId = () => $"run-{Interlocked.Increment(ref ids)}",
        FindNamespace = id => new NamespaceView(id, id),
        Shards = 1,
        CacheBytes = CacheBytes,
        OnShardLost = Lost.Add,
    });
}
