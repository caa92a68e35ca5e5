using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Signals from clients: each arrives once, in order, whether or not somebody runs the workflow at that time.</summary>
public class SignalTests
{
    [Fact]
    public async Task Signals_sent_before_there_is_a_worker_arrive_in_order_after_a_crash()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        for (var word = 1; word <= 10; word++)
            await handle.SignalAsync(wf => wf.SayAsync($"{word}"));
        await server.CrashAndRestartAsync();
        for (var word = 11; word <= 20; word++)
            await handle.SignalAsync(wf => wf.SayAsync($"{word}"));
        await handle.SignalAsync(wf => wf.EndAsync());

        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
            Assert.Equal(string.Join(", ", Enumerable.Range(1, 20)), await handle.GetResultAsync()));
    }

    [Fact]
    public async Task Signals_from_many_clients_at_once_all_arrive()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            await Task.WhenAll(Enumerable.Range(0, 100).Select(word => handle.SignalAsync(wf => wf.SayAsync($"{word}"))));
            await handle.SignalAsync(wf => wf.EndAsync());
            var said = (await handle.GetResultAsync()).Split(", ");
            Assert.Equal(Enumerable.Range(0, 100).Select(word => $"{word}").Order(StringComparer.Ordinal), said.Order(StringComparer.Ordinal));
        });
    }

    [Fact]
    public async Task Signal_with_start_starts_a_workflow_that_does_not_run_and_signals_one_that_does()
    {
        await using var server = await SdkServer.StartAsync();
        var first = await SignalWithStartAsync(server, "one");
        Assert.Equal(
            [EventType.WorkflowExecutionStarted, EventType.WorkflowExecutionSignaled, EventType.WorkflowTaskScheduled], await first.EventTypesAsync());
        await server.CrashAndRestartAsync();
        var second = await SignalWithStartAsync(server, "two");
        Assert.Equal(first.ResultRunId, second.ResultRunId);

        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            await first.SignalAsync(wf => wf.EndAsync());
            Assert.Equal("one, two", await first.GetResultAsync());

            var third = await SignalWithStartAsync(server, "three");
            Assert.NotEqual(first.ResultRunId, third.ResultRunId);
            await third.SignalAsync(wf => wf.EndAsync());
            Assert.Equal("three", await third.GetResultAsync());
        });
    }

    [Fact]
    public async Task The_signal_of_signal_with_start_is_there_when_the_workflow_begins()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Greedy>(), async () =>
        {
            var options = server.Options();
            options.SignalWithStart((Greedy wf) => wf.GiveAsync("present"));
            Assert.Equal("present", await server.Client.ExecuteWorkflowAsync((Greedy wf) => wf.RunAsync(), options));
        });
    }

    [Fact]
    public async Task Signal_with_start_obeys_the_reuse_policy_after_the_end()
    {
        await using var server = await SdkServer.StartAsync();
        var first = await SignalWithStartAsync(server, "one");
        await first.TerminateAsync();
        await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(
            () => SignalWithStartAsync(server, "two", options => options.IdReusePolicy = WorkflowIdReusePolicy.RejectDuplicate));
    }

    [Fact]
    public async Task Signal_with_start_that_is_asked_for_twice_signals_once()
    {
        await using var server = await SdkServer.StartAsync();
        var request = new SignalWithStartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = "asked-twice",
            WorkflowType = new() { Name = "Conversation" },
            TaskQueue = new() { Name = server.TaskQueue },
            RequestId = "one request",
            SignalName = "Say",
        };
        var first = await server.Client.WorkflowService.SignalWithStartWorkflowExecutionAsync(request);
        await server.CrashAndRestartAsync();
        var again = await server.Client.WorkflowService.SignalWithStartWorkflowExecutionAsync(request);
        Assert.Equal(first.RunId, again.RunId);
        var types = await server.Client.GetWorkflowHandle("asked-twice").EventTypesAsync();
        Assert.Single(types, EventType.WorkflowExecutionSignaled);
    }

    [Fact]
    public async Task A_signal_that_is_sent_again_arrives_once_even_after_a_crash_and_after_the_end()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        var request = new SignalWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowExecution = new() { WorkflowId = handle.Id },
            SignalName = "End",
            RequestId = "one signal",
        };
        await server.Client.WorkflowService.SignalWorkflowExecutionAsync(request);
        await server.Client.WorkflowService.SignalWorkflowExecutionAsync(request);
        await server.CrashAndRestartAsync();
        await server.Client.WorkflowService.SignalWorkflowExecutionAsync(request);
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), () => handle.GetResultAsync());

        await server.Client.WorkflowService.SignalWorkflowExecutionAsync(request);
        Assert.Single(await handle.EventTypesAsync(), EventType.WorkflowExecutionSignaled);
    }

    [Fact]
    public async Task A_signal_to_a_closed_or_unknown_workflow_is_refused()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await handle.TerminateAsync();
        var closed = await Assert.ThrowsAsync<RpcException>(() => handle.SignalAsync(wf => wf.EndAsync()));
        Assert.Equal((RpcException.StatusCode.NotFound, "workflow execution already completed"), (closed.Code, closed.Message));

        var unknown = await Assert.ThrowsAsync<RpcException>(() => server.Client.GetWorkflowHandle("nobody").SignalAsync("End", []));
        Assert.Equal(RpcException.StatusCode.NotFound, unknown.Code);

        var next = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options(handle.Id));
        var oldRun = await Assert.ThrowsAsync<RpcException>(
            () => server.Client.GetWorkflowHandle(handle.Id, handle.ResultRunId).SignalAsync("End", []));
        Assert.Equal(RpcException.StatusCode.NotFound, oldRun.Code);
        Assert.DoesNotContain(EventType.WorkflowExecutionSignaled, await next.EventTypesAsync());
    }

    private static Task<WorkflowHandle<Conversation, string>> SignalWithStartAsync(SdkServer server, string word, Action<WorkflowOptions>? configure = null)
    {
        var options = server.Options("conversation");
        options.SignalWithStart((Conversation wf) => wf.SayAsync(word));
        configure?.Invoke(options);
        return server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
    }

    [Workflow]
    public class Greedy
    {
        private string given = "nothing";

        [WorkflowRun]
        public Task<string> RunAsync() => Task.FromResult(given);

        [WorkflowSignal]
        public Task GiveAsync(string gift)
        {
            given = gift;
            return Task.CompletedTask;
        }
    }
}
