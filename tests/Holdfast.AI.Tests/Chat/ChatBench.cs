using Holdfast.AI.Chat;
using Holdfast.AI.Tenants;
using Holdfast.AI.Tracing;
using Holdfast.AI.Waiting;
using Holdfast.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Workflows with model calls on a server in this process; the models are those of a stand-in.</summary>
internal sealed class ChatBench : IAsyncDisposable
{
    public const string TaskQueue = "chat";

    private static readonly Type[] Workflows = [.. typeof(ChatBench).Assembly.GetTypes().Where(type => type.IsDefined(typeof(WorkflowAttribute), inherit: false))];

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-chat-").FullName;
    private CancellationTokenSource stop = new();
    private HoldfastServer server = null!;
    private TemporalWorker worker = null!;
    private Task working = Task.CompletedTask;

    private ChatBench(ProviderStandIn provider, Action<ChatModel>? configure, Action<IServiceCollection>? add)
    {
        var services = new ServiceCollection().AddDurableChat(chat => chat
            .AddCredential("anthropic", "test-key").AddCredential("openai", "test-key")
            .AddAnthropic(baseUrl: provider.Address)
            .AddOpenAI(baseUrl: provider.AddressV1)
            .AddModel("agent", "anthropic", "claude-sonnet-5-5", configure));
        services.AddSingleton<ITemporalClient>(_ => Client);
        add?.Invoke(services);
        Services = services.BuildServiceProvider();
    }

    public ServiceProvider Services { get; }

    /// <summary>Where the server keeps its data.</summary>
    public string Folder => folder;

    public ITemporalClient Client { get; private set; } = null!;

    public ShopTools Tools { get; } = new();

    public ChatStreams Streams => Services.GetRequiredService<ChatStreams>();

    /// <param name="add">Adds services to those of the model calls.</param>
    public static async Task<ChatBench> OpenAsync(ProviderStandIn provider, Action<ChatModel>? configure = null, Action<IServiceCollection>? add = null)
    {
        var bench = new ChatBench(provider, configure, add);
        bench.server = await HoldfastServer.StartAsync(options => options.DataFile = Path.Combine(bench.folder, "holdfast.db"));
        bench.Client = await TemporalClient.ConnectAsync(new(bench.server.Target)
        {
            LoggerFactory = bench.Services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
        });
        await TenantRegistration.EnsureAsync(bench.Client);
        await WaitingRegistration.EnsureAsync(bench.Client);
        bench.StartWorker();
        return bench;
    }

    /// <summary>Another worker takes over, which knows of the runs only what the server tells.</summary>
    public async Task RestartWorkerAsync()
    {
        await StopWorkerAsync();
        StartWorker();
    }

    /// <summary>Starts a workflow for a tenant.</summary>
    public async Task<WorkflowHandle> StartForAsync(string tenant, string workflow, params object?[] arguments) =>
        await Client.StartWorkflowAsync(workflow, arguments, new($"{workflow}-{Guid.NewGuid():N}", TaskQueue)
        {
            TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(TenantNames.Key, tenant).ToSearchAttributeCollection(),
        });

    /// <summary>The run, once it shows what it waits for.</summary>
    public Task<WorkflowExecution> WaitsForAsync(string text) => Eventually.SeesAsync($"a run that waits for {text}", async () =>
    {
        await foreach (var run in Client.ListWorkflowsAsync($"HoldfastWaiting = '{text}'"))
            return run;
        return null;
    });

    public Task<WorkflowHandle> StartAsync(string workflow, params object?[] arguments) => StartAsync(workflow, (IReadOnlyCollection<object?>)arguments);

    /// <summary>The result of a workflow, whose history has been replayed besides.</summary>
    public async Task<T> RunAsync<T>(string workflow, params object?[] arguments)
    {
        var handle = await StartAsync(workflow, (IReadOnlyCollection<object?>)arguments);
        try
        {
            return await handle.EndsAsync<T>();
        }
        finally
        {
            await ReplayAsync(handle);
        }
    }

    /// <summary>Goes through a run's history again, with fresh workflow code. Whatever differs fails.</summary>
    public static async Task ReplayAsync(WorkflowHandle handle)
    {
        var options = new WorkflowReplayerOptions();
        foreach (var type in Workflows)
            options.AddWorkflow(type);
        await new WorkflowReplayer(options).ReplayWorkflowAsync(await handle.FetchHistoryAsync());
    }

    /// <summary>The server dies and comes back with what was on disk, under a worker that keeps trying.</summary>
    public async Task CrashServerAsync()
    {
        await server.CrashAsync();
        await server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopWorkerAsync();
        await server.DisposeAsync();
        await Services.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private void StartWorker()
    {
        var options = new TemporalWorkerOptions(TaskQueue) { GracefulShutdownTimeout = TimeSpan.Zero }.AddDurableChat(Services).AddAllActivities(Tools);
        foreach (var type in Workflows)
            options.AddWorkflow(type);
        if (Services.GetService<LangfuseTracing>() is not null)
            options.AddLangfuse(Services);
        worker = new TemporalWorker(Client, options);
        stop = new();
        working = worker.ExecuteAsync(stop.Token);
    }

    private async Task StopWorkerAsync()
    {
        await stop.CancelAsync();
        await working.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        worker.Dispose();
        stop.Dispose();
    }

    private async Task<WorkflowHandle> StartAsync(string workflow, IReadOnlyCollection<object?> arguments) =>
        await Client.StartWorkflowAsync(workflow, arguments, new($"{workflow}-{Guid.NewGuid():N}", TaskQueue));
}
