using System.Collections.Concurrent;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>What happens to a workflow while one of its workflow tasks runs waits for the end of that task.</summary>
public class BufferedEventTests
{
    [Fact]
    public async Task Signals_that_come_during_a_workflow_task_follow_it_in_their_order()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Busy>(), async () =>
        {
            var handle = await StartAsync(server, signals: 3, awaited: 3);
            Busy.GateOf(handle.Id).Open();
            Assert.Equal("1 2 3", await handle.GetResultAsync());
            Assert.Equal(
                [
                    EventType.WorkflowExecutionStarted, EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted, EventType.WorkflowTaskCompleted,
                    EventType.WorkflowExecutionSignaled, EventType.WorkflowExecutionSignaled, EventType.WorkflowExecutionSignaled,
                    EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted, EventType.WorkflowTaskCompleted, EventType.WorkflowExecutionCompleted,
                ],
                await handle.EventTypesAsync());
            await handle.ShouldReplayAsync<Busy>();
        });
    }

    [Fact]
    public async Task A_workflow_cannot_complete_past_a_signal_that_it_has_not_seen()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Busy>(), async () =>
        {
            var handle = await StartAsync(server, signals: 1, awaited: 0);
            Busy.GateOf(handle.Id).Open();
            Assert.Equal("1", await handle.GetResultAsync());
            var failed = (await handle.TheEventAsync(EventType.WorkflowTaskFailed)).WorkflowTaskFailedEventAttributes;
            Assert.Equal(WorkflowTaskFailedCause.UnhandledCommand, failed.Cause);
            await handle.ShouldReplayAsync<Busy>();
        });
    }

    [Fact]
    public async Task Signals_that_came_during_a_workflow_task_are_there_after_a_crash()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Busy>(), async () =>
        {
            var handle = await StartAsync(server, signals: 3, awaited: 3);
            await server.CrashAndRestartAsync();
            Busy.GateOf(handle.Id).Open();
            Assert.Equal("1 2 3", await handle.GetResultAsync());
            await handle.ShouldReplayAsync<Busy>();
        });
    }

    /// <summary>Starts a workflow, waits until its first task runs in the worker, and sends signals.</summary>
    private static async Task<WorkflowHandle<Busy, string>> StartAsync(SdkServer server, int signals, int awaited)
    {
        var handle = await server.Client.StartWorkflowAsync((Busy wf) => wf.RunAsync(awaited), server.Options());
        await Busy.GateOf(handle.Id).Reached;
        for (var word = 1; word <= signals; word++)
            await handle.SignalAsync(wf => wf.SayAsync(word));
        return handle;
    }

    /// <summary>Its first run through the code stands still, which keeps the workflow task running.</summary>
    [Workflow]
    public class Busy
    {
        private static readonly ConcurrentDictionary<string, Gate> Gates = new();
        private readonly List<int> said = [];

        public static Gate GateOf(string workflowId) => Gates.GetOrAdd(workflowId, _ => new Gate());

        [WorkflowRun]
        public async Task<string> RunAsync(int awaited)
        {
            if (!Workflow.Unsafe.IsReplaying)
                GateOf(Workflow.Info.WorkflowId).Pass();
            await Workflow.WaitConditionAsync(() => said.Count >= awaited);
            return string.Join(' ', said);
        }

        [WorkflowSignal]
        public Task SayAsync(int word)
        {
            said.Add(word);
            return Task.CompletedTask;
        }
    }

    public sealed class Gate
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim open = new();

        public Task Reached => reached.Task;

        public void Open() => open.Set();

        public void Pass()
        {
            reached.TrySetResult();
            open.Wait();
        }
    }
}
