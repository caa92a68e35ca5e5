using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>A worker that has a workflow in its cache gets only what is new; any other worker gets everything.</summary>
public class StickyQueueTests
{
    private static readonly string[] Words = ["one", "two", "end"];

    [Fact]
    public async Task The_next_task_goes_to_the_worker_that_has_the_workflow_in_its_cache()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Listening>(), async () =>
        {
            var handle = await StartAsync(server);
            await handle.SignalAsync(wf => wf.SayAsync("end"));
            Assert.Equal("end", await handle.GetResultAsync());

            var queues = await QueuesAsync(handle);
            Assert.Equal([TaskQueueKind.Normal, TaskQueueKind.Sticky], queues.Select(queue => queue.Kind));
            Assert.Equal(server.TaskQueue, queues[1].NormalName);
        });
    }

    [Fact]
    public async Task When_its_worker_has_stopped_another_gets_the_workflow_without_waiting_for_a_timeout()
    {
        await using var server = await SdkServer.StartAsync();
        WorkflowHandle<Listening, string> handle = null!;
        await server.WithWorkerAsync(options => options.AddWorkflow<Listening>(), async () =>
        {
            handle = await StartAsync(server);
            await handle.SignalAsync(wf => wf.SayAsync("one"));
            await handle.WaitForAsync(EventType.WorkflowTaskCompleted, 2);
        });
        await handle.SignalAsync(wf => wf.SayAsync("end"));
        await server.WithWorkerAsync(options => options.AddWorkflow<Listening>(), async () =>
        {
            Assert.Equal("one end", await handle.GetResultAsync());
            Assert.DoesNotContain(EventType.WorkflowTaskTimedOut, await handle.EventTypesAsync());
            await handle.ShouldReplayAsync<Listening>();
        });
    }

    [Fact]
    public async Task When_its_worker_was_killed_the_task_times_out_there_and_goes_to_another()
    {
        await using var server = await SdkServer.StartAsync();
        var service = server.Client.WorkflowService;
        var handle = await server.Client.StartWorkflowAsync((Listening wf) => wf.RunAsync(), server.Options());
        var first = await service.PollWorkflowTaskQueueAsync(new()
        {
            Namespace = "default",
            TaskQueue = new TaskQueue { Name = server.TaskQueue },
            Identity = "killed",
        });
        var sticky = new TaskQueue { Name = $"{server.TaskQueue}-sticky", Kind = TaskQueueKind.Sticky, NormalName = server.TaskQueue };
        await service.RespondWorkflowTaskCompletedAsync(new()
        {
            Namespace = "default",
            TaskToken = first.TaskToken,
            StickyAttributes = new() { WorkerTaskQueue = sticky, ScheduleToStartTimeout = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) },
        });
        using (var killed = new CancellationTokenSource())
        {
            var poll = service.PollWorkflowTaskQueueAsync(new() { Namespace = "default", TaskQueue = sticky, Identity = "killed" }, new() { CancellationToken = killed.Token });
            await server.WaitForPollerAsync(sticky, TaskQueueType.Workflow);
            await killed.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => poll);
        }

        await handle.SignalAsync(wf => wf.SayAsync("end"));
        await server.WithWorkerAsync(options => options.AddWorkflow<Listening>(), async () =>
        {
            Assert.Equal("end", await handle.GetResultAsync());
            var timedOut = (await handle.TheEventAsync(EventType.WorkflowTaskTimedOut)).WorkflowTaskTimedOutEventAttributes;
            Assert.Equal(TimeoutType.ScheduleToStart, timedOut.TimeoutType);
            Assert.Equal([TaskQueueKind.Normal, TaskQueueKind.Sticky, TaskQueueKind.Normal], (await QueuesAsync(handle)).Select(queue => queue.Kind));
            await handle.ShouldReplayAsync<Listening>();
        });
    }

    [Fact]
    public async Task A_worker_without_a_cache_gets_every_task_from_the_normal_queue()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options =>
            {
                options.MaxCachedWorkflows = 0;
                options.AddWorkflow<Listening>();
            },
            async () =>
            {
                var handle = await StartAsync(server);
                await handle.SignalAsync(wf => wf.SayAsync("one"));
                await handle.WaitForAsync(EventType.WorkflowTaskCompleted, 2);
                await handle.SignalAsync(wf => wf.SayAsync("end"));
                Assert.Equal("one end", await handle.GetResultAsync());
                Assert.All(await QueuesAsync(handle), queue => Assert.Equal(TaskQueueKind.Normal, queue.Kind));
            });
    }

    [Fact]
    public async Task Workflows_that_push_each_other_out_of_the_cache_go_on_from_their_histories()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(
            options =>
            {
                options.MaxCachedWorkflows = 1;
                options.AddWorkflow<Listening>();
            },
            async () =>
            {
                var handles = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync(server)));
                foreach (var word in Words)
                {
                    foreach (var handle in handles)
                        await handle.SignalAsync(wf => wf.SayAsync(word));
                }

                foreach (var handle in handles)
                {
                    Assert.Equal("one two end", await handle.GetResultAsync());
                    await handle.ShouldReplayAsync<Listening>();
                }
            });
    }

    [Fact]
    public async Task A_history_of_several_pages_reaches_a_worker_whole_and_so_does_that_of_a_second_try()
    {
        await using var server = await SdkServer.StartAsync();
        var service = server.Client.WorkflowService;
        var handle = await server.Client.StartWorkflowAsync((Listening wf) => wf.RunAsync(), server.Options());
        var words = Enumerable.Range(0, 20).Select(number => $"word-{number}").ToList();
        foreach (var word in words.Select(word => word.PadRight(250_000)))
            await handle.SignalAsync(wf => wf.SayAsync(word));
        var task = await service.PollWorkflowTaskQueueAsync(new() { Namespace = "default", TaskQueue = new() { Name = server.TaskQueue }, Identity = "raw" });
        Assert.False(task.NextPageToken.IsEmpty);
        await service.RespondWorkflowTaskFailedAsync(new() { Namespace = "default", TaskToken = task.TaskToken, Identity = "raw" });

        await server.WithWorkerAsync(
            options =>
            {
                options.MaxCachedWorkflows = 0;
                options.AddWorkflow<Listening>();
            },
            async () =>
            {
                await handle.WaitForAsync(EventType.WorkflowTaskCompleted);
                await handle.SignalAsync(wf => wf.SayAsync("end"));
                Assert.Equal(string.Join(' ', [.. words, "end"]), await handle.GetResultAsync());
                await handle.ShouldReplayAsync<Listening>();
            });
    }

    [Fact]
    public async Task A_reset_of_the_sticky_queue_sends_the_next_task_to_the_normal_queue()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Listening>(), async () =>
        {
            var handle = await StartAsync(server);
            await server.Client.WorkflowService.ResetStickyTaskQueueAsync(new ResetStickyTaskQueueRequest
            {
                Namespace = "default",
                Execution = new() { WorkflowId = handle.Id },
            });
            await handle.SignalAsync(wf => wf.SayAsync("end"));
            Assert.Equal("end", await handle.GetResultAsync());
            Assert.Equal([TaskQueueKind.Normal, TaskQueueKind.Normal], (await QueuesAsync(handle)).Select(queue => queue.Kind));
        });
    }

    /// <summary>Starts a workflow and waits until a worker has it.</summary>
    private static async Task<WorkflowHandle<Listening, string>> StartAsync(SdkServer server)
    {
        var handle = await server.Client.StartWorkflowAsync((Listening wf) => wf.RunAsync(), server.Options());
        await handle.WaitForAsync(EventType.WorkflowTaskCompleted);
        return handle;
    }

    private static async Task<IReadOnlyList<TaskQueue>> QueuesAsync(WorkflowHandle handle) =>
        [.. (await handle.EventsAsync(EventType.WorkflowTaskScheduled)).Select(one => one.WorkflowTaskScheduledEventAttributes.TaskQueue)];

    [Workflow]
    public class Listening
    {
        private readonly List<string> heard = [];

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => heard.Contains("end"));
            return string.Join(' ', heard);
        }

        [WorkflowSignal]
        public Task SayAsync(string word)
        {
            heard.Add(word.Trim());
            return Task.CompletedTask;
        }
    }
}
