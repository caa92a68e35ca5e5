using System.Collections.Concurrent;
using Holdfast.EndToEnd.Tests.EmailSupport;
using Holdfast.EndToEnd.Tests.Programs;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Xunit.Abstractions;

namespace Holdfast.EndToEnd.Tests.Postgres;

/// <summary>The real executable on a real PostgreSQL, both of which die in the middle.</summary>
public sealed class PostgresCrashTests(ITestOutputHelper log) : IAsyncLifetime
{
    private const string Queue = "collect";
    private const int Workflows = 12;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private PostgresServer postgres = null!;
    private HoldfastServer server = null!;

    public async Task InitializeAsync()
    {
        postgres = await PostgresServer.StartAsync();
        server = await HoldfastServer.StartOnAsync(postgres.Url());
    }

    public async Task DisposeAsync()
    {
        log.WriteLine($"Server:\n{server?.Output}\nPostgreSQL:\n{postgres?.Output}");
        if (server is not null)
            await server.DisposeAsync();
        if (postgres is not null)
            await postgres.DisposeAsync();
    }

    [Fact(Timeout = 300_000)]
    public async Task Nothing_that_was_acknowledged_is_missing_and_nothing_is_there_twice_though_server_and_database_are_killed()
    {
        var client = await TemporalClient.ConnectAsync(new(server.Target));
        using var worker = new TemporalWorker(
            client, new TemporalWorkerOptions(Queue).AddWorkflow<CollectWorkflow>().AddAllActivities(new CollectActivities()));
        using var stop = new CancellationTokenSource();
        var working = worker.ExecuteAsync(stop.Token);
        var handles = new List<WorkflowHandle<CollectWorkflow, string[]>>();
        for (var i = 0; i < Workflows; i++)
            handles.Add(await client.StartWorkflowAsync((CollectWorkflow workflow) => workflow.RunAsync(), new($"collect-{i}", Queue)));

        var acknowledged = handles.Select(_ => new ConcurrentQueue<string>()).ToArray();
        var sent = handles.Select(_ => new ConcurrentQueue<string>()).ToArray();
        using var enough = new CancellationTokenSource();
        var sending = Enumerable.Range(0, Workflows).Select(SendAsync).ToArray();

        for (var round = 0; round < 3; round++)
        {
            await MoreAsync();
            await server.KillAsync();
            await server.StartAgainAsync();
            await MoreAsync();
            await postgres.KillAsync();
            await RefusedAsync();
            await postgres.StartAgainAsync();
        }

        await MoreAsync();
        await enough.CancelAsync();
        await Task.WhenAll(sending);
        for (var i = 0; i < Workflows; i++)
        {
            await handles[i].SignalAsync(workflow => workflow.FinishAsync());
            var collected = await handles[i].GetResultAsync().WaitAsync(Limit);
            Assert.Equal(collected.Length, collected.Distinct().Count());
            Assert.Empty(acknowledged[i].Except(collected));
            Assert.Empty(collected.Except(sent[i]));
            HistoryCheck.AssertValid(handles[i].Id, [.. (await handles[i].FetchHistoryAsync()).Events]);
        }

        log.WriteLine($"{acknowledged.Sum(items => items.Count)} of {sent.Sum(items => items.Count)} signals were acknowledged.");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => working);

        async Task SendAsync(int workflow)
        {
            for (var number = 0; !enough.IsCancellationRequested; number++)
            {
                // One that fails may have come through all the same; it is not sent again, since another call would be another signal.
                var item = $"{workflow}/{number}";
                sent[workflow].Enqueue(item);
                try
                {
                    await handles[workflow].SignalAsync(collect => collect.AddAsync(item), new() { Rpc = new() { Retry = false, Timeout = TimeSpan.FromSeconds(5) } });
                    acknowledged[workflow].Enqueue(item);
                }
                catch (RpcException)
                {
                }

                await Task.Delay(30);
            }
        }

        // Each of the workflows has had some more acknowledged: so everything works (again).
        async Task MoreAsync()
        {
            var before = acknowledged.Select(items => items.Count).ToArray();
            await Eventually.SeesAsync(
                "more signals to be acknowledged",
                () => Task.FromResult(acknowledged.Select(items => items.Count).ToArray()),
                now => now.Zip(before).All(pair => pair.First > pair.Second + 3),
                Limit);
        }

        async Task RefusedAsync()
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => handles[0].SignalAsync(
                workflow => workflow.AddAsync("while the database is away"), new() { Rpc = new() { Retry = false, Timeout = TimeSpan.FromSeconds(30) } }));
            Assert.Equal(RpcException.StatusCode.Unavailable, refused.Code);
            refused = await Assert.ThrowsAsync<RpcException>(() => client.CountWorkflowsAsync("", new() { Rpc = new() { Retry = false, Timeout = TimeSpan.FromSeconds(30) } }));
            Assert.Equal(RpcException.StatusCode.Unavailable, refused.Code);
            sent[0].Enqueue("while the database is away");
        }
    }
}
