using Holdfast.Runtime;
using Holdfast.Server.Namespaces;
using Holdfast.Storage;
using Holdfast.Storage.InMemory;
using Holdfast.Storage.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Holdfast.Server.Hosting;

/// <summary>
/// The server behind the wire, for as long as its host runs: it opens the store before the first port does, lets long polls go before the
/// ports close, and closes the store after the last call.
/// </summary>
internal sealed class RunningServer(IOptions<HoldfastServerOptions> options, TimeProvider time) : IHostedLifecycleService, IAsyncDisposable
{
    private SeverableStore? store;
    private NamespaceRegistry? namespaces;
    private IShards? shards;

    public DynamicConfig Config { get; } = DynamicConfig.Read(options.Value.DynamicConfigValues);

    public IStore Store => store ?? throw NotRunning();

    public NamespaceRegistry Namespaces => namespaces ?? throw NotRunning();

    public IShards Shards => shards ?? throw NotRunning();

    public int ShardCount { get; private set; } = 1;

    public string StoreName => options.Value.DataFile is null ? "memory" : "sqlite";

    public string ClusterId { get; } = Guid.CreateVersion7(time.GetUtcNow()).ToString();

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        store = new SeverableStore(options.Value.DataFile is { } file ? SqliteStore.Open(new SqliteStoreOptions(file)) : new InMemoryStore());
        namespaces = new NamespaceRegistry(store, time);
        await namespaces.LoadAsync(cancellationToken);
        foreach (var name in options.Value.Namespaces)
            await namespaces.EnsureAsync(name, options.Value.Retention, options.Value.SearchAttributes, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    /// <summary>From now on nothing more is written, as if the process had died.</summary>
    public void Crash() => store?.Sever();

    public async ValueTask DisposeAsync()
    {
        namespaces?.Dispose();
        namespaces = null;
        shards = null;
        if (store is { } open)
        {
            store = null;
            await open.DisposeAsync();
        }
    }

    private static InvalidOperationException NotRunning() => new("The Holdfast server is not running: its host has not started it, or has stopped it.");
}
