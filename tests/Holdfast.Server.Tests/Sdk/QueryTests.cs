using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Queries: any workflow that some worker can replay answers, whatever it is doing and however long it has been closed.</summary>
public class QueryTests
{
    [Fact]
    public async Task A_running_workflow_answers_and_the_answer_knows_all_that_was_signalled_before()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            Assert.Equal("", await handle.QueryAsync(wf => wf.Said()));
            for (var word = 1; word <= 20; word++)
            {
                await handle.SignalAsync(wf => wf.SayAsync($"{word}"));
                Assert.Equal(string.Join(", ", Enumerable.Range(1, word)), await handle.QueryAsync(wf => wf.Said()));
            }
        });
    }

    [Fact]
    public async Task A_query_leaves_nothing_in_the_history()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            await handle.QueryAsync(wf => wf.Said());
            var before = await handle.EventTypesAsync();
            for (var asked = 0; asked < 5; asked++)
                await handle.QueryAsync(wf => wf.Said());
            Assert.Equal(before, await handle.EventTypesAsync());
        });
    }

    [Fact]
    public async Task A_workflow_answers_after_the_server_crashed()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            await handle.SignalAsync(wf => wf.SayAsync("before"));
            Assert.Equal("before", await handle.QueryAsync(wf => wf.Said()));
            await server.CrashAndRestartAsync();
            Assert.Equal("before", await handle.QueryAsync(wf => wf.Said()));
            await handle.SignalAsync(wf => wf.SayAsync("after"));
            Assert.Equal("before, after", await handle.QueryAsync(wf => wf.Said()));
        });
    }

    [Fact]
    public async Task A_workflow_whose_workflow_task_goes_on_and_on_answers_in_the_middle()
    {
        await using var server = await SdkServer.StartAsync();
        var step = new LongStep();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<LocallyBusy>().AddAllActivities(step), async () =>
        {
            var options = server.Options();
            options.TaskTimeout = TimeSpan.FromSeconds(1);
            var handle = await server.Client.StartWorkflowAsync((LocallyBusy wf) => wf.RunAsync(), options);
            await step.Started.Task;
            Assert.Equal("busy", await handle.QueryAsync(wf => wf.State()));
            step.LetGo.SetResult();
            await handle.GetResultAsync();
            Assert.Equal("done", await handle.QueryAsync(wf => wf.State()));
        });
    }

    [Fact]
    public async Task Many_queries_at_once_during_a_workflow_task_are_all_answered()
    {
        await using var server = await SdkServer.StartAsync();
        var step = new LongStep();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<LocallyBusy>().AddAllActivities(step), async () =>
        {
            var options = server.Options();
            options.TaskTimeout = TimeSpan.FromSeconds(1);
            var handle = await server.Client.StartWorkflowAsync((LocallyBusy wf) => wf.RunAsync(), options);
            await step.Started.Task;
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => handle.QueryAsync(wf => wf.State())));
            Assert.All(answers, answer => Assert.Equal("busy", answer));
            step.LetGo.SetResult();
            await handle.GetResultAsync();
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Closed_workflows_answer(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var completed = await StartAndSayAsync(server, "completed");
            await completed.SignalAsync(wf => wf.EndAsync());
            await completed.GetResultAsync();
            var failed = await StartAndSayAsync(server, "failed");
            await failed.SignalAsync(wf => wf.FailAsync());
            await Assert.ThrowsAsync<WorkflowFailedException>(() => failed.GetResultAsync());
            var terminated = await StartAndSayAsync(server, "terminated");
            await terminated.TerminateAsync();
            if (crash)
                await server.CrashAndRestartAsync();

            Assert.Equal("completed", await completed.QueryAsync(wf => wf.Said()));
            Assert.Equal("failed", await failed.QueryAsync(wf => wf.Said()));
            Assert.Equal("terminated", await terminated.QueryAsync(wf => wf.Said()));
        });
    }

    [Fact]
    public async Task An_unknown_query_and_one_that_throws_are_errors_of_the_query_and_harm_nothing()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            var unknown = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync<string>("Unheard", []));
            Assert.Contains("Unheard", unknown.Message, StringComparison.Ordinal);
            var broken = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync(wf => wf.Broken()));
            Assert.Equal("This question cannot be answered.", broken.Message);

            Assert.Equal("", await handle.QueryAsync(wf => wf.Said()));
            Assert.DoesNotContain(EventType.WorkflowTaskFailed, await handle.EventTypesAsync());
        });
    }

    [Fact]
    public async Task A_query_may_be_refused_by_the_status_of_the_workflow()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var running = await StartAndSayAsync(server, "running");
            var completed = await StartAndSayAsync(server, "completed");
            await completed.SignalAsync(wf => wf.EndAsync());
            await completed.GetResultAsync();
            var terminated = await StartAndSayAsync(server, "terminated");
            await terminated.TerminateAsync();
            var notOpen = new WorkflowQueryOptions { RejectCondition = QueryRejectCondition.NotOpen };
            var notClean = new WorkflowQueryOptions { RejectCondition = QueryRejectCondition.NotCompletedCleanly };

            Assert.Equal("running", await running.QueryAsync(wf => wf.Said(), notOpen));
            Assert.Equal("running", await running.QueryAsync(wf => wf.Said(), notClean));
            Assert.Equal("completed", await completed.QueryAsync(wf => wf.Said(), notClean));
            var rejected = await Assert.ThrowsAsync<WorkflowQueryRejectedException>(() => completed.QueryAsync(wf => wf.Said(), notOpen));
            Assert.Equal(WorkflowExecutionStatus.Completed, rejected.WorkflowStatus);
            rejected = await Assert.ThrowsAsync<WorkflowQueryRejectedException>(() => terminated.QueryAsync(wf => wf.Said(), notOpen));
            Assert.Equal(WorkflowExecutionStatus.Terminated, rejected.WorkflowStatus);
            rejected = await Assert.ThrowsAsync<WorkflowQueryRejectedException>(() => terminated.QueryAsync(wf => wf.Said(), notClean));
            Assert.Equal(WorkflowExecutionStatus.Terminated, rejected.WorkflowStatus);
        });
    }

    [Fact]
    public async Task Another_worker_answers_when_the_one_that_had_the_workflow_has_gone()
    {
        await using var server = await SdkServer.StartAsync();
        WorkflowHandle<Conversation, string>? handle = null;
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () => handle = await StartAndSayAsync(server, "kept"));
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
            Assert.Equal("kept", await handle!.QueryAsync(wf => wf.Said())));
    }

    [Fact]
    public async Task Another_worker_answers_when_the_one_that_had_the_workflow_vanished_without_a_word()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await handle.SignalAsync(wf => wf.SayAsync("kept"));
        await TakeWorkflowTaskAsync(server, stickyQueue: "vanished");

        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
            Assert.Equal("kept", await handle.QueryAsync(wf => wf.Said())));
    }

    [Fact]
    public async Task Where_no_worker_listens_a_query_fails_with_the_reason()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await TakeWorkflowTaskAsync(server, stickyQueue: "");
        await server.CrashAndRestartAsync();

        var failed = await Assert.ThrowsAsync<RpcException>(
            () => handle.QueryAsync(wf => wf.Said(), new() { Rpc = new() { Timeout = TimeSpan.FromSeconds(3) } }));
        Assert.Equal(RpcException.StatusCode.FailedPrecondition, failed.Code);
        Assert.Equal("no poller seen for task queue recently, worker may be down", failed.Message);
    }

    [Fact]
    public async Task A_query_waits_for_the_first_worker()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await handle.SignalAsync(wf => wf.SayAsync("first"));
        var answer = handle.QueryAsync(wf => wf.Said());
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () => Assert.Equal("first", await answer));
    }

    [Fact]
    public async Task A_query_waits_for_a_workflow_that_begins_soon_and_is_refused_by_one_that_does_not()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var options = server.Options();
            options.StartDelay = TimeSpan.FromSeconds(1);
            var soon = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
            Assert.Equal("", await soon.QueryAsync(wf => wf.Said()));

            options = server.Options();
            options.StartDelay = TimeSpan.FromHours(1);
            var late = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
            var refused = await Assert.ThrowsAsync<RpcException>(() => late.QueryAsync(wf => wf.Said(), new() { Rpc = new() { Timeout = TimeSpan.FromSeconds(10) } }));
            Assert.Equal((RpcException.StatusCode.FailedPrecondition, "Workflow task is not scheduled yet."), (refused.Code, refused.Message));
        });
    }

    [Fact]
    public async Task A_query_to_an_unknown_workflow_is_refused()
    {
        await using var server = await SdkServer.StartAsync();
        var unknown = await Assert.ThrowsAsync<RpcException>(() => server.Client.GetWorkflowHandle("nobody").QueryAsync<string>("Said", []));
        Assert.Equal(RpcException.StatusCode.NotFound, unknown.Code);
    }

    private static async Task<WorkflowHandle<Conversation, string>> StartAndSayAsync(SdkServer server, string word)
    {
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await handle.SignalAsync(wf => wf.SayAsync(word));
        Assert.Equal(word, await handle.QueryAsync(wf => wf.Said()));
        return handle;
    }

    /// <summary>Completes the workflow task that waits, as a worker that has nothing to do yet, and goes.</summary>
    private static async Task TakeWorkflowTaskAsync(SdkServer server, string stickyQueue)
    {
        var service = server.Client.WorkflowService;
        var task = await service.PollWorkflowTaskQueueAsync(
            new PollWorkflowTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = server.TaskQueue }, Identity = "short-lived" },
            new() { Timeout = TimeSpan.FromSeconds(30) });
        var answer = new RespondWorkflowTaskCompletedRequest { Namespace = "default", TaskToken = task.TaskToken, Identity = "short-lived" };
        if (stickyQueue.Length > 0)
        {
            answer.StickyAttributes = new StickyExecutionAttributes
            {
                WorkerTaskQueue = new TaskQueue { Name = stickyQueue, Kind = TaskQueueKind.Sticky, NormalName = server.TaskQueue },
                ScheduleToStartTimeout = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(10)),
            };
        }

        await service.RespondWorkflowTaskCompletedAsync(answer);
    }

    [Workflow]
    public class LocallyBusy
    {
        private string state = "busy";

        [WorkflowRun]
        public async Task RunAsync()
        {
            await Workflow.ExecuteLocalActivityAsync(
                (LongStep step) => step.WaitAsync(), new() { StartToCloseTimeout = TimeSpan.FromMinutes(1) });
            state = "done";
        }

        [WorkflowQuery]
        public string State() => state;
    }

    public class LongStep
    {
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource LetGo { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        [Activity]
        public Task WaitAsync()
        {
            Started.TrySetResult();
            return LetGo.Task;
        }
    }
}
