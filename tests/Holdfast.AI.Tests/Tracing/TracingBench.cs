using Holdfast.AI.Approvals;
using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Tenants;
using Holdfast.AI.Tests.Approvals;
using Holdfast.AI.Tests.Chat;
using Holdfast.AI.Tracing;
using Holdfast.AI.Tracing.Spans;
using Holdfast.AI.Waiting;
using Holdfast.Server;
using Holdfast.Tests.Langfuse;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Temporalio.Client;
using Temporalio.Worker;

namespace Holdfast.AI.Tests.Tracing;

/// <summary>A traced worker on a server in this process, with a stand-in for Langfuse.</summary>
internal sealed class TracingBench : IAsyncDisposable
{
    public const string TaskQueue = "traced";

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-traced-").FullName;
    private HoldfastServer server = null!;
    private ServiceProvider? services;
    private CancellationTokenSource stop = new();
    private TemporalWorker worker = null!;
    private Task working = Task.CompletedTask;

    private TracingBench(LangfuseStandIn langfuse) => Langfuse = langfuse;

    public LangfuseStandIn Langfuse { get; }

    public ITemporalClient Client { get; private set; } = null!;

    public TracingHealth Health => services!.GetRequiredService<LangfuseTracing>().Health;

    public string DatabaseFile => Path.Combine(folder, "ai.db");

    public static async Task<TracingBench> OpenAsync(ProviderStandIn provider, Action<LangfuseOptions>? configure = null, Action<ChatModel>? model = null)
    {
        var bench = new TracingBench(await LangfuseStandIn.StartAsync());
        bench.server = await HoldfastServer.StartAsync(options => options.DataFile = Path.Combine(bench.folder, "holdfast.db"));
        bench.Client = await TemporalClient.ConnectAsync(new(bench.server.Target));
        await TenantRegistration.EnsureAsync(bench.Client);
        await WaitingRegistration.EnsureAsync(bench.Client);
        await ApprovalRegistration.EnsureAsync(bench.Client);
        bench.services = new ServiceCollection()
            .AddDurableChat(chat => chat
                .AddCredential("anthropic", "test-key").AddCredential("openai", "test-key")
                .AddAnthropic(baseUrl: provider.Address).AddOpenAI(baseUrl: provider.AddressV1)
                .AddModel("agent", "anthropic", "claude-sonnet-5-5", model))
            .AddAIDatabase(bench.DatabaseFile)
            .AddLangfuse(options =>
            {
                options.BaseUrl = bench.Langfuse.Address;
                options.PublicKey = LangfuseStandIn.PublicKey;
                options.SecretKey = LangfuseStandIn.SecretKey;
                options.FlushInterval = TimeSpan.Zero;
                options.ClosedRunsInterval = TimeSpan.FromMilliseconds(50);
                configure?.Invoke(options);
            })
            .BuildServiceProvider();
        bench.StartWorker();
        return bench;
    }

    public void StartWorker()
    {
        worker = new TemporalWorker(Client, new TemporalWorkerOptions(TaskQueue) { GracefulShutdownTimeout = TimeSpan.Zero }
            .AddDurableChat(services!)
            .AddLangfuse(services!)
            .AddAllActivities(new ShopTools())
            .AddWorkflow<AgentWorkflow>()
            .AddWorkflow<AskingWorkflow>()
            .AddWorkflow<PromptedWorkflow>());
        working = worker.ExecuteAsync(stop.Token);
    }

    public async Task StopWorkerAsync()
    {
        await stop.CancelAsync();
        await working.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        worker.Dispose();
        stop.Dispose();
        stop = new();
    }

    public async Task CrashServerAsync()
    {
        await server.CrashAsync();
        await server.StartAsync();
    }

    public async Task<WorkflowHandle> StartAsync(string workflow, params object?[] arguments) =>
        await Client.StartWorkflowAsync(workflow, arguments, new($"{workflow}-{Guid.NewGuid():N}", TaskQueue));

    /// <summary>The spans of a run, by their beginnings, once its root has arrived and nothing waits.</summary>
    public async Task<IReadOnlyList<LangfuseObservation>> TraceAsync(WorkflowHandle workflow)
    {
        var run = workflow.RunId ?? workflow.ResultRunId!;
        var trace = TraceIds.TraceOf("default", workflow.Id, run);
        var root = TraceIds.RootOf("default", workflow.Id, run);
        return await Eventually.SeesAsync("the root", () =>
        {
            var seen = Langfuse.Observations.Where(one => one.TraceId == trace).ToArray();
            return Task.FromResult(seen.Any(one => one.Id == root) && Health.Waiting == 0 ? seen : null);
        });
    }

    public async ValueTask DisposeAsync()
    {
        await StopWorkerAsync();
        await server.DisposeAsync();
        await services!.DisposeAsync();
        await Langfuse.DisposeAsync();
        stop.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
