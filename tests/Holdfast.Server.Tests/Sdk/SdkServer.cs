using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Worker;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>
/// A server on a database file of its own, with the official .NET SDK's client connected. It can be crashed and started again on the same
/// file and port; the client and the workers live on, as they would in a process of their own.
/// </summary>
internal sealed class SdkServer : IAsyncDisposable
{
    // Longer than any of these tests takes: a test that waits in vain ends and says so.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo folder;
    private readonly HoldfastServer server;

    private SdkServer(DirectoryInfo folder, HoldfastServer server, TemporalClient client)
    {
        this.folder = folder;
        this.server = server;
        Client = client;
    }

    public TemporalClient Client { get; }

    /// <summary>A task queue of this test alone.</summary>
    public string TaskQueue { get; } = $"queue-{Guid.NewGuid():N}";

    public string Target => server.Target;

    public static async Task<SdkServer> StartAsync(Action<HoldfastServerOptions>? configure = null)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-sdk-");
        var server = await HoldfastServer.StartAsync(options =>
        {
            options.DataFile = Path.Combine(folder.FullName, "holdfast.db");
            configure?.Invoke(options);
        });
        var client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(server.Target));
        return new SdkServer(folder, server, client);
    }

    /// <summary>Ends the server as a kill would and starts it again on what is on disk.</summary>
    public async Task CrashAndRestartAsync()
    {
        await server.CrashAsync();
        await server.StartAsync();
    }

    /// <summary>Stops the server while something is done to its database.</summary>
    public async Task WhileStoppedAsync(Func<Task> work)
    {
        await server.StopAsync();
        await work();
        await server.StartAsync();
    }

    /// <summary>Compacts what is closed, and starts the server again so that nothing is read from memory.</summary>
    public async Task CompactAndRestartAsync()
    {
        await server.CompactAsync();
        await CrashAndRestartAsync();
    }

    /// <summary>Runs a worker with these workflows and activities while <paramref name="test"/> runs.</summary>
    public async Task WithWorkerAsync(Action<TemporalWorkerOptions> configure, Func<Task> test)
    {
        var options = new TemporalWorkerOptions(TaskQueue);
        configure(options);
        using var worker = new TemporalWorker(Client, options);
        await worker.ExecuteAsync(() => test().WaitAsync(Limit));
    }

    /// <summary>Waits until somebody polls the task queue.</summary>
    public async Task WaitForPollerAsync(TaskQueue taskQueue, TaskQueueType type)
    {
        using var limit = new CancellationTokenSource(Limit);
        var request = new DescribeTaskQueueRequest { Namespace = "default", TaskQueue = taskQueue, TaskQueueType = type };
        while ((await Client.WorkflowService.DescribeTaskQueueAsync(request, new() { CancellationToken = limit.Token })).Pollers.Count == 0)
            limit.Token.ThrowIfCancellationRequested();
    }

    public WorkflowOptions Options(string? id = null) => new(id ?? $"wf-{Guid.NewGuid():N}", TaskQueue);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
