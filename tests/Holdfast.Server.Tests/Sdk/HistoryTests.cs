using Google.Protobuf;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Histories: read in pages, forwards, backwards and while they grow; and good enough to replay.</summary>
public class HistoryTests
{
    [Fact]
    public async Task A_history_is_the_same_in_pages_in_one_piece_and_after_a_crash()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await FinishedAsync(server);
            var whole = (await handle.FetchHistoryAsync()).Events.ToList();
            Assert.Equal(Enumerable.Range(1, whole.Count).Select(id => (long)id), whole.Select(written => written.EventId));

            var pages = new List<HistoryEvent>();
            var request = new GetWorkflowExecutionHistoryRequest
            {
                Namespace = "default",
                Execution = new() { WorkflowId = handle.Id },
                MaximumPageSize = 3,
            };
            do
            {
                var page = await server.Client.WorkflowService.GetWorkflowExecutionHistoryAsync(request);
                Assert.InRange(page.History.Events.Count, 1, 3);
                pages.AddRange(page.History.Events);
                request.NextPageToken = page.NextPageToken;
                if (pages.Count == 3)
                    await server.CrashAndRestartAsync();
            }
            while (!request.NextPageToken.IsEmpty);

            Assert.Equal(whole, pages);
            Assert.Equal(whole, (await handle.FetchHistoryAsync()).Events);
        });
    }

    [Fact]
    public async Task A_history_is_read_backwards_in_pages()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await FinishedAsync(server);
            var backwards = new List<HistoryEvent>();
            var request = new GetWorkflowExecutionHistoryReverseRequest
            {
                Namespace = "default",
                Execution = new() { WorkflowId = handle.Id },
                MaximumPageSize = 3,
            };
            do
            {
                var page = await server.Client.WorkflowService.GetWorkflowExecutionHistoryReverseAsync(request);
                backwards.AddRange(page.History.Events);
                request.NextPageToken = page.NextPageToken;
            }
            while (!request.NextPageToken.IsEmpty);

            Assert.Equal((await handle.FetchHistoryAsync()).Events.Reverse(), backwards);
        });
    }

    [Fact]
    public async Task The_close_event_alone_can_be_asked_for()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await FinishedAsync(server);
            var end = Assert.Single((await handle.FetchHistoryAsync(new() { EventFilterType = HistoryEventFilterType.CloseEvent })).Events);
            Assert.Equal(EventType.WorkflowExecutionCompleted, end.EventType);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_waits_for_the_result_gets_it_when_it_is_there_however_long_that_takes(bool crash)
    {
        // The server ends each wait after half a second, so that the client has to come again several times.
        await using var server = await SdkServer.StartAsync(options => options.DynamicConfigValues["history.longPollExpirationInterval"] = "\"500ms\"");
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Slow>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Slow wf) => wf.RunAsync(), server.Options());
            var result = handle.GetResultAsync();
            if (crash)
                await server.CrashAndRestartAsync();
            Assert.Equal("slowly", await result);
        });
    }

    [Fact]
    public async Task Events_are_seen_as_they_happen()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            var seen = new List<HistoryEvent>();
            await foreach (var written in handle.FetchHistoryEventsAsync(new() { WaitNewEvent = true }))
            {
                seen.Add(written);
                if (written.EventId == 4)
                    await handle.SignalAsync(wf => wf.SayAsync("more"));
                else if (written.EventId == 8)
                    await handle.SignalAsync(wf => wf.EndAsync());
            }

            Assert.Equal(EventType.WorkflowExecutionCompleted, seen[^1].EventType);
            Assert.Equal((await handle.FetchHistoryAsync()).Events, seen);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_result_of_a_chain_of_runs_is_that_of_its_last_run(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Counting>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Counting wf) => wf.RunAsync(0), server.Options());
            await handle.WaitForAsync(EventType.WorkflowExecutionContinuedAsNew);
            if (crash)
                await server.CrashAndRestartAsync();
            Assert.Equal(2, await handle.GetResultAsync());

            var continued = await Assert.ThrowsAsync<WorkflowContinuedAsNewException>(() => handle.GetResultAsync(followRuns: false));
            var second = handle with { RunId = continued.NewRunId, ResultRunId = continued.NewRunId };
            Assert.Equal(2, await second.GetResultAsync());
            Assert.Equal(handle.ResultRunId, (await second.DescribeAllAsync()).WorkflowExecutionInfo.FirstRunId);
            Assert.Equal(3, (await server.Client.CountWorkflowsAsync($"WorkflowId = '{handle.Id}'")).Count);
        });
    }

    [Fact]
    public async Task A_history_replays_without_the_server()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await FinishedAsync(server);
            var replayer = new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Conversation>());
            await replayer.ReplayWorkflowAsync(await handle.FetchHistoryAsync());
        });
    }

    [Fact]
    public async Task A_page_token_of_another_run_or_of_nobody_is_refused()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        var request = new GetWorkflowExecutionHistoryRequest
        {
            Namespace = "default",
            Execution = new() { WorkflowId = handle.Id },
            NextPageToken = ByteString.CopyFromUtf8("nonsense"),
        };
        var refused = await Assert.ThrowsAsync<RpcException>(() => server.Client.WorkflowService.GetWorkflowExecutionHistoryAsync(request));
        Assert.Equal(RpcException.StatusCode.InvalidArgument, refused.Code);

        request.NextPageToken = ByteString.Empty;
        request.MaximumPageSize = 1;
        request.NextPageToken = (await server.Client.WorkflowService.GetWorkflowExecutionHistoryAsync(request)).NextPageToken;
        request.Execution.RunId = Guid.NewGuid().ToString();
        refused = await Assert.ThrowsAsync<RpcException>(() => server.Client.WorkflowService.GetWorkflowExecutionHistoryAsync(request));
        Assert.Equal(RpcException.StatusCode.InvalidArgument, refused.Code);
    }

    [Fact]
    public async Task The_history_of_an_unknown_workflow_is_refused()
    {
        await using var server = await SdkServer.StartAsync();
        var unknown = await Assert.ThrowsAsync<RpcException>(() => server.Client.GetWorkflowHandle("nobody").FetchHistoryAsync());
        Assert.Equal(RpcException.StatusCode.NotFound, unknown.Code);
        unknown = await Assert.ThrowsAsync<RpcException>(() => server.Client.GetWorkflowHandle("nobody").GetResultAsync());
        Assert.Equal(RpcException.StatusCode.NotFound, unknown.Code);
    }

    private static async Task<WorkflowHandle<Conversation, string>> FinishedAsync(SdkServer server)
    {
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await handle.SignalAsync(wf => wf.SayAsync("one"));
        await handle.ExecuteUpdateAsync(wf => wf.TellAsync("two"));
        await handle.SignalAsync(wf => wf.EndAsync());
        Assert.Equal("one, two", await handle.GetResultAsync());
        return handle;
    }

    [Workflow]
    public class Slow
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.DelayAsync(TimeSpan.FromSeconds(2));
            return "slowly";
        }
    }

    [Workflow]
    public class Counting
    {
        [WorkflowRun]
        public Task<int> RunAsync(int count) => count < 2
            ? throw Workflow.CreateContinueAsNewException((Counting wf) => wf.RunAsync(count + 1))
            : Task.FromResult(count);
    }
}
