using Holdfast.AI.Approvals;
using Holdfast.Server;
using Temporalio.Client;
using Temporalio.Worker;

namespace Holdfast.AI.Tests.Approvals;

/// <summary>Workflows that ask humans, on a server in this process that keeps its data in a file.</summary>
internal sealed class ApprovalBench : IAsyncDisposable
{
    public const string TaskQueue = "approvals";

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-approvals-").FullName;
    private readonly CancellationTokenSource stop = new();
    private HoldfastServer server = null!;
    private TemporalWorker worker = null!;
    private Task working = Task.CompletedTask;

    public ITemporalClient Client { get; private set; } = null!;

    /// <summary>Address of the server's gRPC frontend, without scheme.</summary>
    public string Target => server.Target;

    public static async Task<ApprovalBench> OpenAsync(Action<TemporalWorkerOptions> work, params string[] moreNamespaces)
    {
        var bench = new ApprovalBench();
        bench.server = await HoldfastServer.StartAsync(options =>
        {
            options.DataFile = Path.Combine(bench.folder, "holdfast.db");
            foreach (var name in moreNamespaces)
                options.Namespaces.Add(name);
        });
        bench.Client = await TemporalClient.ConnectAsync(new(bench.server.Target));
        await ApprovalRegistration.EnsureAsync(bench.Client);
        var options = new TemporalWorkerOptions(TaskQueue) { GracefulShutdownTimeout = TimeSpan.Zero };
        work(options);
        bench.worker = new TemporalWorker(bench.Client, options);
        bench.working = bench.worker.ExecuteAsync(bench.stop.Token);
        return bench;
    }

    public Task<WorkflowHandle> StartAsync(string workflow, params object?[] arguments) =>
        StartAsync(workflow, (IReadOnlyCollection<object?>)arguments);

    /// <summary>The request with this id, once it waits.</summary>
    public static Task<ApprovalView> PendingAsync(WorkflowHandle workflow, string id = "1") => SeenAsync(workflow, id, view => view.State is ApprovalState.Pending);

    public static Task<ApprovalView> SeenAsync(WorkflowHandle workflow, string id, Func<ApprovalView, bool> looked) =>
        Eventually.SeesAsync($"approval {id}", async () => (await ViewsAsync(workflow)).FirstOrDefault(view => view.Id == id && looked(view)));

    public static Task<IReadOnlyList<ApprovalView>> ViewsAsync(WorkflowHandle workflow) =>
        workflow.QueryAsync<IReadOnlyList<ApprovalView>>(ApprovalNames.ListQuery, []);

    public static Task<ApprovalView> DecideAsync(WorkflowHandle workflow, ApprovalDecisionRequest decision) =>
        workflow.ExecuteUpdateAsync<ApprovalView>(ApprovalNames.DecideUpdate, [decision]);

    /// <summary>The server dies and comes back with what was on disk, under a worker that keeps trying.</summary>
    public async Task CrashServerAsync()
    {
        await server.CrashAsync();
        await server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await working.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        worker.Dispose();
        await server.DisposeAsync();
        stop.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<WorkflowHandle> StartAsync(string workflow, IReadOnlyCollection<object?> arguments) =>
        await Client.StartWorkflowAsync(workflow, arguments, new($"{workflow}-{Guid.NewGuid():N}", TaskQueue));
}
