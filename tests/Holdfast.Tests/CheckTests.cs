using Grpc.Core;
using Grpc.Net.Client;
using Holdfast.Server;
using Microsoft.Data.Sqlite;
using Temporalio.Api.Common.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Tests;

public sealed class CheckTests : TemporaryFolder
{
    private static readonly Method<StartWorkflowExecutionRequest, StartWorkflowExecutionResponse> Start = new(
        MethodType.Unary,
        "temporal.api.workflowservice.v1.WorkflowService",
        "StartWorkflowExecution",
        Marshallers.Create(request => Google.Protobuf.MessageExtensions.ToByteArray(request), StartWorkflowExecutionRequest.Parser.ParseFrom),
        Marshallers.Create(reply => Google.Protobuf.MessageExtensions.ToByteArray(reply), StartWorkflowExecutionResponse.Parser.ParseFrom));

    private string Database => PathOf("holdfast.db");

    [Fact]
    public async Task A_database_in_use_is_checked_beside_its_server()
    {
        await using var server = await ServeWorkflowsAsync("order-1", "order-2");

        var check = await HoldfastProcess.RunAsync(["check", "--db-filename", Database, "--hashes"]);

        Assert.Equal((0, ""), (check.ExitCode, check.Errors));
        var lines = check.Output.TrimEnd('\n').Split('\n');
        Assert.Matches("^[0-9a-f]{64} 2 default order-1 ", lines[0]);
        Assert.Matches("^[0-9a-f]{64} 2 default order-2 ", lines[1]);
        Assert.Equal("2 runs (2 open) with 4 events: no damage", lines[^1]);
    }

    [Fact]
    public async Task Damage_is_told_line_by_line_with_what_to_do()
    {
        await using (await ServeWorkflowsAsync("order-1", "order-2"))
        {
        }

        using (var connection = new SqliteConnection($"Data Source={Database};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE journal SET records = x'FFFFFFFF' WHERE entity_id = 1";
            command.ExecuteNonQuery();
        }

        var check = await HoldfastProcess.RunAsync(["check", "--db-filename", Database]);

        Assert.Equal(3, check.ExitCode);
        var lines = check.Output.Split('\n');
        Assert.Matches("^damaged: workflow order-1, run [0-9a-f-]{36}, namespace default: its journal does not fold: ", lines[0]);
        Assert.Equal("2 runs (1 open) with 2 events: 1 damages", lines[1]);
        Assert.StartsWith("What to do: ", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE namespace SET search_attributes = '{torn'", "The table 'namespace' cannot be read")]
    [InlineData("UPDATE setting SET value = 'four' WHERE name = 'shards'", "The number of shards in table 'setting' cannot be read")]
    public async Task Damage_in_what_belongs_to_no_run_is_one_line_too_and_the_runs_are_checked_all_the_same(string sql, string told)
    {
        await using (await ServeWorkflowsAsync("order-1", "order-2"))
        {
        }

        using (var connection = new SqliteConnection($"Data Source={Database};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own SQL.
            command.CommandText = sql;
#pragma warning restore CA2100
            Assert.True(command.ExecuteNonQuery() > 0);
        }

        var check = await HoldfastProcess.RunAsync(["check", "--db-filename", Database]);

        Assert.Equal((3, ""), (check.ExitCode, check.Errors));
        var lines = check.Output.Split('\n');
        Assert.StartsWith($"damaged: {told} (", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("Put the newest backup that checks clean in place of the database.", lines[0], StringComparison.Ordinal);
        Assert.Equal("2 runs (2 open) with 4 events: 1 damages", lines[1]);

        // The server, which cannot do without, says it in one line too.
        var start = await HoldfastProcess.RunAsync(["server", "start-dev", "--headless", "--port", "0", "--db-filename", Database]);
        Assert.Equal(1, start.ExitCode);
        Assert.Contains("is damaged", start.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_said_in_one_line()
    {
        var check = await HoldfastProcess.RunAsync(["check", "--db-filename", Database]);

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("There is no database", check.Complaint, StringComparison.Ordinal);
        Assert.False(File.Exists(Database));
    }

    private async Task<HoldfastServer> ServeWorkflowsAsync(params string[] workflowIds)
    {
        var server = await HoldfastServer.StartAsync(options => options.DataFile = Database);
        using var channel = GrpcChannel.ForAddress($"http://{server.Target}");
        foreach (var workflowId in workflowIds)
        {
            await channel.CreateCallInvoker().AsyncUnaryCall(Start, null, new CallOptions(), new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = workflowId,
                RequestId = workflowId,
                WorkflowType = new WorkflowType { Name = "order" },
                TaskQueue = new TaskQueue { Name = "orders" },
            });
        }

        return server;
    }
}
