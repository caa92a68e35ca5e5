using Google.Protobuf;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Clients cannot tell whether a closed workflow was compacted.</summary>
public class CompactedWorkflowTests
{
    [Fact]
    public async Task Everything_that_is_read_of_a_closed_workflow_is_the_same_before_and_after()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var options = server.Options();
            options.Memo = new Dictionary<string, object> { ["customer"] = "Anna" };
            options.RequestEagerStart = false;
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
            await handle.SignalAsync(wf => wf.SayAsync("hello"));
            var update = await handle.StartUpdateAsync(wf => wf.TellAsync("world"), new WorkflowUpdateStartOptions(WorkflowUpdateStage.Completed) { Id = "tell" });
            Assert.Equal(2, await update.GetResultAsync());
            await handle.SignalAsync(wf => wf.EndAsync());
            Assert.Equal("hello, world", await handle.GetResultAsync());
            var before = await ReadAsync(server, handle);

            await server.CompactAndRestartAsync();

            Assert.Equal(before, await ReadAsync(server, handle));
            Assert.Equal("hello, world", await handle.GetResultAsync());
            Assert.Equal("hello, world", await handle.QueryAsync(wf => wf.Said()));
            Assert.Equal(2, await handle.GetUpdateHandle<int>("tell").GetResultAsync());
            var late = await Assert.ThrowsAsync<RpcException>(() => handle.SignalAsync(wf => wf.SayAsync("late")));
            Assert.Equal(RpcException.StatusCode.NotFound, late.Code);
            await Assert.ThrowsAsync<RpcException>(() => handle.TerminateAsync());
            await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Conversation>()).ReplayWorkflowAsync(await handle.FetchHistoryAsync());

            var again = server.Options(handle.Id);
            again.IdReusePolicy = WorkflowIdReusePolicy.RejectDuplicate;
            await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(() => server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), again));
            again.IdReusePolicy = WorkflowIdReusePolicy.AllowDuplicate;
            var second = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), again);
            await second.SignalAsync(wf => wf.EndAsync());
            await second.GetResultAsync();
            Assert.Equal(before[0], (await ReadAsync(server, handle))[0]);
        });
    }

    /// <summary>All that can be read of it, as bytes.</summary>
    private static async Task<List<string>> ReadAsync(SdkServer server, WorkflowHandle handle)
    {
        var service = server.Client.WorkflowService;
        var execution = new Temporalio.Api.Common.V1.WorkflowExecution { WorkflowId = handle.Id, RunId = handle.ResultRunId };
        var found = new List<string> { Text(await service.GetWorkflowExecutionHistoryAsync(new() { Namespace = "default", Execution = execution })) };
        for (var token = ByteString.Empty; ;)
        {
            var page = await service.GetWorkflowExecutionHistoryAsync(new() { Namespace = "default", Execution = execution, MaximumPageSize = 2, NextPageToken = token });
            found.Add(Text(page));
            if ((token = page.NextPageToken).IsEmpty)
                break;
        }

        for (var token = ByteString.Empty; ;)
        {
            var page = await service.GetWorkflowExecutionHistoryReverseAsync(new() { Namespace = "default", Execution = execution, MaximumPageSize = 2, NextPageToken = token });
            found.Add(Text(page));
            if ((token = page.NextPageToken).IsEmpty)
                break;
        }

        found.Add(Text(await service.GetWorkflowExecutionHistoryAsync(new()
        {
            Namespace = "default",
            Execution = execution,
            WaitNewEvent = true,
            HistoryEventFilterType = HistoryEventFilterType.CloseEvent,
        })));
        found.Add(Text(await service.DescribeWorkflowExecutionAsync(new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = execution })));
        found.Add(Text(await service.ListWorkflowExecutionsAsync(new() { Namespace = "default", Query = $"RunId = '{handle.ResultRunId}'" })));
        return found;

        static string Text(IMessage message) => Convert.ToHexString(message.ToByteArray());
    }
}
