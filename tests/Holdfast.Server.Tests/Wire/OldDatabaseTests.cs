using System.IO.Compression;
using Google.Protobuf;
using Holdfast.Runtime.Checking;
using Holdfast.Server.Tests.Host;
using Holdfast.Storage.Inspection;
using Holdfast.Storage.Sqlite;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

/// <summary>
/// Databases that earlier programs left, one of each schema version, stay usable. The files were written by those programs themselves and are never
/// made anew. Each holds the same seven workflows, in a namespace that keeps closed ones for a hundred years.
/// </summary>
public sealed class OldDatabaseTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-old-");

    private string Database => Path.Combine(folder.FullName, "holdfast.db");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("schema-1.db.gz", "ASQwMWEyMDYyMC00ZWViLTczYzgtOTg2MS04ZDg0NmFhMGY1YjUNYWN0aXZpdHktcnVucyQwMWEyMDYyMC01MTYyLTdkMzEtYTA0Yi01MzMyN2YzNTk2YzYFAAEEbG9uZwA=")]
    public async Task Its_workflows_go_on_where_they_were(string fixture, string runningActivity)
    {
        await UnpackAsync(fixture);
        await using (var server = await HoldfastServer.StartAsync(options => options.DataFile = Database))
        {
            using var client = new RawClient(server);

            var listed = await client.CallAsync<ListWorkflowExecutionsResponse>(new ListWorkflowExecutionsRequest { Namespace = "kept" });
            Assert.Equal(
                ["activity-runs", "child", "closed", "owes-task", "parent", "waits-for-signal", "waits-for-timer"],
                listed.Executions.Select(run => run.Execution.WorkflowId).Order(StringComparer.Ordinal));

            var closed = await client.CallAsync<DescribeWorkflowExecutionResponse>(Describe("closed"));
            Assert.Equal(WorkflowExecutionStatus.Completed, closed.WorkflowExecutionInfo.Status);
            Assert.Equal("\"Grace\"", closed.WorkflowExecutionInfo.Memo.Fields["customer"].Data.ToStringUtf8());
            var history = await client.CallAsync<GetWorkflowExecutionHistoryResponse>(
                new GetWorkflowExecutionHistoryRequest { Namespace = "kept", Execution = new WorkflowExecution { WorkflowId = "closed" } });
            Assert.Equal(closed.WorkflowExecutionInfo.HistoryLength, history.History.Events.Count);
            Assert.Contains(history.History.Events, e => e.WorkflowExecutionSignaledEventAttributes?.SignalName == "paid");

            var runs = await client.CallAsync<DescribeWorkflowExecutionResponse>(Describe("activity-runs"));
            Assert.Equal("half", Assert.Single(runs.PendingActivities).HeartbeatDetails.Payloads_[0].Data.ToStringUtf8());
            await client.CallAsync<RespondActivityTaskCompletedResponse>(
                new RespondActivityTaskCompletedRequest { Namespace = "kept", TaskToken = ByteString.FromBase64(runningActivity) });
            await client.CallAsync<SignalWorkflowExecutionResponse>(new SignalWorkflowExecutionRequest
            {
                Namespace = "kept",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "waits-for-signal" },
                SignalName = "go",
            });
            Assert.Equal("child", Assert.Single((await client.CallAsync<DescribeWorkflowExecutionResponse>(Describe("parent"))).PendingChildren).WorkflowId);

            // What four of them waited for has come, and each of them gets to its end.
            HashSet<string> ended = [];
            while (ended.Count < 4)
            {
                var task = await client.CallAsync<PollWorkflowTaskQueueResponse>(new PollWorkflowTaskQueueRequest { Namespace = "kept", TaskQueue = new TaskQueue { Name = "orders" } });
                await client.CallAsync<RespondWorkflowTaskCompletedResponse>(new RespondWorkflowTaskCompletedRequest
                {
                    Namespace = "kept",
                    TaskToken = task.TaskToken,
                    Commands = { new Temporalio.Api.Command.V1.Command { CommandType = CommandType.CompleteWorkflowExecution, CompleteWorkflowExecutionCommandAttributes = new() } },
                });
                ended.Add(task.WorkflowExecution.WorkflowId);
            }

            Assert.Equal(["activity-runs", "owes-task", "waits-for-signal", "waits-for-timer"], ended.Order(StringComparer.Ordinal));
        }

        await using var inspection = SqliteInspection.Open(Database);
        List<StoreDamage> damages = [];
        var result = await new StoreCheck(inspection).RunAsync(damages.Add, null, CancellationToken.None);
        Assert.Empty(damages);
        Assert.Equal((7, 2), (result.Runs, result.OpenRuns));
    }

    private static DescribeWorkflowExecutionRequest Describe(string workflowId) =>
        new() { Namespace = "kept", Execution = new WorkflowExecution { WorkflowId = workflowId } };

    private async Task UnpackAsync(string fixture)
    {
        await using var packed = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", fixture));
        await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        await using var file = File.Create(Database);
        await unpacked.CopyToAsync(file);
    }
}
