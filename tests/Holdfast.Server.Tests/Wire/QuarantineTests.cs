using Grpc.Core;
using Holdfast.Server.Tests.Host;
using Microsoft.Data.Sqlite;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

/// <summary>What a damaged database costs: the runs that are damaged, and no others.</summary>
public sealed class QuarantineTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-quarantine-");

    private string Database => Path.Combine(folder.FullName, "holdfast.db");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("UPDATE journal SET records = x'FFFFFFFF' WHERE entity_id = (SELECT entity_id FROM entity WHERE business_id = 'bad')")]
    [InlineData("DELETE FROM journal WHERE entity_id = (SELECT entity_id FROM entity WHERE business_id = 'bad')")]
    [InlineData("UPDATE journal SET records = (SELECT records FROM journal WHERE journal_id = 1) WHERE entity_id = (SELECT entity_id FROM entity WHERE business_id = 'bad')")]
    public async Task A_damaged_run_is_named_and_listed_and_nothing_else_suffers(string damage)
    {
        await using (var before = await StartAsync())
        {
            using var starter = new RawClient(before);
            foreach (var workflowId in (string[])["good-1", "bad", "good-2"])
                await starter.CallAsync<StartWorkflowExecutionResponse>(Start(workflowId));
        }

        Execute(damage);
        await using var server = await StartAsync();
        using var client = new RawClient(server);

        var described = await client.RefusalAsync(new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = new WorkflowExecution { WorkflowId = "bad" } });
        Assert.Equal(StatusCode.DataLoss, described.Code);
        Assert.Matches("workflow bad, run [0-9a-f-]{36}, is damaged: .* It is in quarantine", described.Message);
        var signalled = await client.RefusalAsync(new SignalWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowExecution = new WorkflowExecution { WorkflowId = "bad" },
            SignalName = "hello",
        });
        Assert.Equal(StatusCode.DataLoss, signalled.Code);
        Assert.Equal(StatusCode.DataLoss, (await client.RefusalAsync(Start("bad"))).Code);

        var listed = await client.CallAsync<ListWorkflowExecutionsResponse>(new ListWorkflowExecutionsRequest { Namespace = "default" });
        Assert.Equal(["bad", "good-1", "good-2"], listed.Executions.Select(run => run.Execution.WorkflowId).Order(StringComparer.Ordinal));

        // Recovery went past it: what the others are owed is handed out.
        List<string> worked = [];
        for (var i = 0; i < 2; i++)
        {
            var task = await client.CallAsync<PollWorkflowTaskQueueResponse>(new PollWorkflowTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = "q" } });
            await client.CallAsync<RespondWorkflowTaskCompletedResponse>(new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                Commands = { new Temporalio.Api.Command.V1.Command { CommandType = CommandType.CompleteWorkflowExecution, CompleteWorkflowExecutionCommandAttributes = new() } },
            });
            worked.Add(task.WorkflowExecution.WorkflowId);
        }

        Assert.Equal(["good-1", "good-2"], worked.Order(StringComparer.Ordinal));
    }

    private static StartWorkflowExecutionRequest Start(string workflowId) => new()
    {
        Namespace = "default",
        WorkflowId = workflowId,
        RequestId = Guid.NewGuid().ToString(),
        WorkflowType = new WorkflowType { Name = "type" },
        TaskQueue = new TaskQueue { Name = "q" },
    };

    private Task<HoldfastServer> StartAsync() => HoldfastServer.StartAsync(options => options.DataFile = Database);

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own SQL.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
