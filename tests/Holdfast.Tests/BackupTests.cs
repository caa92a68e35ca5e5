using Grpc.Core;
using Grpc.Net.Client;
using Holdfast.Server;
using Temporalio.Api.Common.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Tests;

public sealed class BackupTests : TemporaryFolder
{
    private static readonly Method<StartWorkflowExecutionRequest, StartWorkflowExecutionResponse> Start = Method(
        "StartWorkflowExecution", StartWorkflowExecutionResponse.Parser.ParseFrom, (StartWorkflowExecutionRequest request) => request);

    private static readonly Method<CountWorkflowExecutionsRequest, CountWorkflowExecutionsResponse> Count = Method(
        "CountWorkflowExecutions", CountWorkflowExecutionsResponse.Parser.ParseFrom, (CountWorkflowExecutionsRequest request) => request);

    private string Database => PathOf("holdfast.db");

    private string Copy => PathOf("copy.db");

    [Fact]
    public async Task A_copy_made_under_load_checks_clean_and_serves_what_was_acknowledged_before_it()
    {
        var acknowledged = 0;
        await using (var server = await HoldfastServer.StartAsync(options => options.DataFile = Database))
        {
            using var channel = GrpcChannel.ForAddress($"http://{server.Target}");
            using var enough = new CancellationTokenSource();
            var loaded = new TaskCompletionSource();
            var clients = Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
            {
                for (var i = 0; !enough.IsCancellationRequested; i++)
                {
                    await channel.CreateCallInvoker().AsyncUnaryCall(Start, null, new CallOptions(), Workflow($"order-{client}-{i}"));
                    if (Interlocked.Increment(ref acknowledged) == 200)
                        loaded.SetResult();
                }
            })).ToList();
            await loaded.Task;
            var before = Volatile.Read(ref acknowledged);

            var backup = await HoldfastProcess.RunAsync(["backup", "--db-filename", Database, Copy]);

            await enough.CancelAsync();
            await Task.WhenAll(clients);
            Assert.Equal((0, ""), (backup.ExitCode, backup.Errors));
            var check = await HoldfastProcess.RunAsync(["check", "--db-filename", Copy]);
            Assert.True(check.ExitCode == 0, check.Output);
            await using var restored = await HoldfastServer.StartAsync(options => options.DataFile = Copy);
            using var other = GrpcChannel.ForAddress($"http://{restored.Target}");
            var counted = await other.CreateCallInvoker().AsyncUnaryCall(Count, null, new CallOptions(), new CountWorkflowExecutionsRequest { Namespace = "default" });
            Assert.InRange(counted.Count, before, acknowledged);
        }

        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(Copy)!), file => file.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_backup_overwrites_nothing_and_needs_a_database_and_a_folder()
    {
        await (await HoldfastServer.StartAsync(options => options.DataFile = Database)).DisposeAsync();
        Write("copy.db", "precious");

        var overwrites = await HoldfastProcess.RunAsync(["backup", "--db-filename", Database, Copy]);
        var noFolder = await HoldfastProcess.RunAsync(["backup", "--db-filename", Database, PathOf("none/copy.db")]);
        var noDatabase = await HoldfastProcess.RunAsync(["backup", "--db-filename", PathOf("none.db"), PathOf("other.db")]);

        Assert.Equal((1, 1, 1), (overwrites.ExitCode, noFolder.ExitCode, noDatabase.ExitCode));
        Assert.Contains("overwrites nothing", overwrites.Complaint, StringComparison.Ordinal);
        Assert.Contains("There is no folder", noFolder.Complaint, StringComparison.Ordinal);
        Assert.Contains("There is no database", noDatabase.Complaint, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(Copy));
        Assert.False(File.Exists(PathOf("other.db")));
    }

    [Fact]
    public async Task Histories_are_exported_beside_the_server_and_what_is_no_history_is_not_imported()
    {
        await using (var server = await HoldfastServer.StartAsync(options => options.DataFile = Database))
        {
            using var channel = GrpcChannel.ForAddress($"http://{server.Target}");
            await channel.CreateCallInvoker().AsyncUnaryCall(Start, null, new CallOptions(), Workflow("order-1"));
            var exported = await HoldfastProcess.RunAsync(["export", "--db-filename", Database, "--workflow-id", "order-1"]);
            var unknown = await HoldfastProcess.RunAsync(["export", "--db-filename", Database, "--workflow-id", "order-2"]);
            var inUse = await HoldfastProcess.RunAsync(["import", "--db-filename", Database, Write("open.json", exported.Output)]);

            Assert.Equal((0, ""), (exported.ExitCode, exported.Errors));
            Assert.Contains("\"eventType\": \"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\"", exported.Output, StringComparison.Ordinal);
            Assert.Contains("There is no workflow order-2", unknown.Complaint, StringComparison.Ordinal);
            Assert.Contains("is in use by another server process", inUse.Complaint, StringComparison.Ordinal);
        }

        var open = await HoldfastProcess.RunAsync(["import", "--db-filename", Database, PathOf("open.json")]);
        Assert.Equal(1, open.ExitCode);
        Assert.Contains("Only closed runs can be imported", open.Complaint, StringComparison.Ordinal);

        var mistyped = await HoldfastProcess.RunAsync(["import", "--db-filename", PathOf("typo.db"), PathOf("open.json")]);
        Assert.Contains("There is no database", mistyped.Complaint, StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("typo.db")));
    }

    private static StartWorkflowExecutionRequest Workflow(string workflowId) => new()
    {
        Namespace = "default",
        WorkflowId = workflowId,
        RequestId = workflowId,
        WorkflowType = new WorkflowType { Name = "order" },
        TaskQueue = new TaskQueue { Name = "orders" },
    };

    private static Method<TRequest, TReply> Method<TRequest, TReply>(string name, Func<byte[], TReply> parse, Func<TRequest, Google.Protobuf.IMessage> message) => new(
        MethodType.Unary,
        "temporal.api.workflowservice.v1.WorkflowService",
        name,
        Marshallers.Create<TRequest>(request => Google.Protobuf.MessageExtensions.ToByteArray(message(request)), _ => throw new NotSupportedException()),
        Marshallers.Create<TReply>(_ => throw new NotSupportedException(), parse));
}
