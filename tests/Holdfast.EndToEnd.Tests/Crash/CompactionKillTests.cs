using System.Diagnostics;
using Holdfast.EndToEnd.Tests.Programs;
using Microsoft.Data.Sqlite;
using Temporalio.Api.Common.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.EndToEnd.Tests.Crash;

public sealed class CompactionKillTests : IDisposable
{
    private const int Workflows = 1_500;
    private const int Clients = 8;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Delete();

    [Fact]
    public async Task Killed_while_it_compacts_the_server_has_changed_no_history()
    {
        await using var server = await HoldfastServer.StartAsync(folder.FullName);
        using var calls = new ProtocolClient(server.Target);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(CloseSomeAsync));
        Assert.Equal(0, Compacted(server));
        var before = await CheckAsync(server);

        // The first sweep comes some twenty seconds after the start.
        await Eventually.SeesAsync("the sweep to be under way", () => Task.FromResult(Compacted(server)), compacted => compacted > 0, Limit);
        await Task.Delay(Random.Shared.Next(50));
        await server.KillAsync();

        Assert.InRange(Compacted(server), 1, Workflows - 1);
        Assert.Equal(before, await CheckAsync(server));
        await server.StartAgainAsync();
        var counted = await calls.CallAsync<CountWorkflowExecutionsResponse>(new CountWorkflowExecutionsRequest { Namespace = ProtocolClient.Namespace });
        Assert.Equal(Workflows, counted.Count);

        async Task CloseSomeAsync(int client)
        {
            for (var i = client; i < Workflows; i += Clients)
            {
                await calls.CallAsync<StartWorkflowExecutionResponse>(new StartWorkflowExecutionRequest
                {
                    Namespace = ProtocolClient.Namespace,
                    WorkflowId = $"order-{i}",
                    RequestId = $"order-{i}",
                    WorkflowType = new WorkflowType { Name = "order" },
                    TaskQueue = new TaskQueue { Name = "orders" },
                });
                await calls.CallAsync<TerminateWorkflowExecutionResponse>(new TerminateWorkflowExecutionRequest
                {
                    Namespace = ProtocolClient.Namespace,
                    WorkflowExecution = new WorkflowExecution { WorkflowId = $"order-{i}" },
                });
            }
        }
    }

    private static int Compacted(HoldfastServer server)
    {
        using var connection = new SqliteConnection($"Data Source={server.Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM entity WHERE compacted";
        return Convert.ToInt32(command.ExecuteScalar(), null);
    }

    /// <summary>What <c>check</c> says, with a hash of each history; it must find no damage.</summary>
    private static Task<string> CheckAsync(HoldfastServer server) =>
        ProgramUnderTest.RunAsync(new ProcessStartInfo(HoldfastServer.Executable, ["check", "--hashes", "--db-filename", server.Database]), Limit);
}
