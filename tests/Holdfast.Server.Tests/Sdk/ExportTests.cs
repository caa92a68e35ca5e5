using System.Security.Cryptography;
using Holdfast.Runtime.Checking;
using Holdfast.Runtime.Histories;
using Holdfast.Storage.Inspection;
using Holdfast.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Histories leave the database as the JSON that the SDK's replayer reads, and come back as closed runs.</summary>
public class ExportTests
{
    [Fact]
    public async Task An_exported_history_replays_and_comes_back_as_the_same_closed_run()
    {
        var database = "";
        await using var server = await SdkServer.StartAsync(options => database = options.DataFile!);
        var handle = await FinishedAsync(server);
        var json = await ExportAsync(database, handle.Id);

        await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Everything>()).ReplayWorkflowAsync(WorkflowHistory.FromJson(handle.Id, json));

        await using var other = await SdkServer.StartAsync(options => database = options.DataFile!);
        await other.WhileStoppedAsync(() => ImportAsync(database, json));
        var imported = other.Client.GetWorkflowHandle(handle.Id);
        Assert.Equal(await handle.EventsAsync(), await imported.EventsAsync());
        var (before, after) = (await handle.DescribeAsync(), await imported.DescribeAsync());
        Assert.Equal((before.Status, before.RunId, before.CloseTime), (after.Status, after.RunId, after.CloseTime));
        Assert.Equal("Grace", await imported.GetResultAsync<string>());
        await using var inspection = SqliteInspection.Open(database);
        List<StoreDamage> damages = [];
        await new StoreCheck(inspection).RunAsync(damages.Add, null, CancellationToken.None);
        Assert.Empty(damages);
    }

    [Fact]
    public async Task Large_payloads_that_are_stored_in_shared_chunks_leave_whole_and_come_back_in_chunks()
    {
        var database = "";
        await using var server = await SdkServer.StartAsync(options => database = options.DataFile!);
        var text = Convert.ToBase64String(RandomNumberGenerator.GetBytes(300_000));
        WorkflowHandle<Conversation, string>? handle = null;
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            handle = await server.Client.StartWorkflowAsync((Conversation workflow) => workflow.RunAsync(text), server.Options());
            await handle.SignalAsync(workflow => workflow.ContinueAsync(text + "!"));
            await handle.GetResultAsync();
        });
        Assert.InRange(ChunkBytes(database), text.Length / 2, text.Length * 3 / 2);
        var json = await ExportAsync(database, handle!.Id);

        await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Conversation>()).ReplayWorkflowAsync(WorkflowHistory.FromJson(handle.Id, json));

        await using var other = await SdkServer.StartAsync(options => database = options.DataFile!);
        await other.WhileStoppedAsync(() => ImportAsync(database, json));
        var imported = other.Client.GetWorkflowHandle(handle.Id);
        Assert.Equal(await handle.EventsAsync(), await imported.EventsAsync());
        Assert.Equal(text + "!", await imported.GetResultAsync<string>());
        Assert.InRange(ChunkBytes(database), text.Length / 2, text.Length * 3 / 2);
        await using var inspection = SqliteInspection.Open(database);
        List<StoreDamage> damages = [];
        await new StoreCheck(inspection).RunAsync(damages.Add, null, CancellationToken.None);
        Assert.Empty(damages);
    }

    [Fact]
    public async Task What_cannot_be_a_closed_run_is_refused_with_the_reason()
    {
        var database = "";
        await using var server = await SdkServer.StartAsync(options => database = options.DataFile!);
        var open = await server.Client.StartWorkflowAsync((Everything workflow) => workflow.RunAsync("x"), server.Options());
        var json = await ExportAsync(database, open.Id);
        var finished = await ExportAsync(database, (await FinishedAsync(server)).Id);

        await server.WhileStoppedAsync(async () =>
        {
            await Refused(json, "Only closed runs can be imported");
            await Refused("{}", "does not begin with a WorkflowExecutionStarted event");
            await Refused("[1]", "It is no history");
            await Refused("{ broken", "It is no history");
            await Refused(finished, "already. Name another with --run-id");
            await Refused(finished.Replace("\"eventId\": \"3\"", "\"eventId\": \"4\"", StringComparison.Ordinal), "Event 3 is missing");
            await Refused(finished.Replace("EVENT_TYPE_WORKFLOW_TASK_SCHEDULED", "EVENT_TYPE_WORKFLOW_EXECUTION_PAUSED", StringComparison.Ordinal), "Event 2 (WorkflowExecutionPaused)");
        });

        async Task Refused(string history, string because)
        {
            var refused = await Assert.ThrowsAsync<HistoryImportException>(() => ImportAsync(database, history));
            Assert.Contains(because, refused.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<WorkflowHandle<Everything, string>> FinishedAsync(SdkServer server)
    {
        WorkflowHandle<Everything, string>? handle = null;
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Everything>().AddWorkflow<Child>().AddActivity(Everything.Flaky), async () =>
        {
            handle = await server.Client.StartWorkflowAsync((Everything workflow) => workflow.RunAsync("Grace"), server.Options());
            await handle.ExecuteUpdateAsync(workflow => workflow.RenameAsync("Ada"));
            await handle.SignalAsync(workflow => workflow.GoAsync());
            await handle.GetResultAsync();
        });
        return handle!;
    }

    private static long ChunkBytes(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce(sum(size), 0) FROM chunk";
        return (long)command.ExecuteScalar()!;
    }

    private static async Task<string> ExportAsync(string database, string workflowId)
    {
        await using var inspection = SqliteInspection.Open(database);
        var ns = (await inspection.LoadNamespacesAsync(CancellationToken.None)).Single(one => one.Name == "default");
        return (await HistoryExport.ReadAsync(inspection, ns.Id, workflowId, "", CancellationToken.None))!;
    }

    private static async Task ImportAsync(string database, string json)
    {
        var history = HistoryJson.Parse(json);
        await using var store = SqliteStore.Open(new SqliteStoreOptions(database));
        var ns = (await store.LoadNamespacesAsync(CancellationToken.None)).Single(one => one.Name == "default");
        await HistoryImport.RunAsync(store, ns.Id, history, "", "", "the test", CancellationToken.None);
    }

    /// <summary>Ends with the last that it was told, as an agent does that is sent its whole conversation again.</summary>
    [Workflow]
    public class Conversation
    {
        private string? next;

        [WorkflowRun]
        public async Task<string> RunAsync(string text)
        {
            await Workflow.WaitConditionAsync(() => next is not null);
            return next!;
        }

        [WorkflowSignal]
        public Task ContinueAsync(string text)
        {
            next = text;
            return Task.CompletedTask;
        }
    }

    /// <summary>A little of most things that leave events behind.</summary>
    [Workflow]
    public class Everything
    {
        private static int attempts;
        private bool mayGo;

        [WorkflowRun]
        public async Task<string> RunAsync(string name)
        {
            await Workflow.ExecuteActivityAsync(() => Flaky(), new() { StartToCloseTimeout = TimeSpan.FromSeconds(10), RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(10) } });
            await Workflow.DelayAsync(TimeSpan.FromMilliseconds(10));
            await Workflow.ExecuteChildWorkflowAsync((Child child) => child.RunAsync());
            await Workflow.StartChildWorkflowAsync((Forgotten child) => child.RunAsync(), new() { TaskQueue = "nobody", ParentClosePolicy = ParentClosePolicy.Terminate });
            await Workflow.WaitConditionAsync(() => mayGo);
            return name;
        }

        [WorkflowSignal]
        public Task GoAsync()
        {
            mayGo = true;
            return Task.CompletedTask;
        }

        [WorkflowUpdate]
        public Task<string> RenameAsync(string name) => Task.FromResult(name);

        [Activity]
        public static void Flaky()
        {
            if (Interlocked.Increment(ref attempts) == 1)
                throw new InvalidOperationException("The first attempt fails.");
        }
    }

    [Workflow]
    public class Child
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;
    }

    /// <summary>Nobody works on it: it is open when its parent ends.</summary>
    [Workflow]
    public class Forgotten
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;
    }
}
