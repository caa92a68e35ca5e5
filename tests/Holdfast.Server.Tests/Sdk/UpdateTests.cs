using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Updates: a caller learns that the workflow took its request, and what came of it, once and for good.</summary>
public class UpdateTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_update_changes_the_workflow_and_returns_a_value(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            Assert.Equal(1, await handle.ExecuteUpdateAsync(wf => wf.TellAsync("one")));
            if (crash)
                await server.CrashAndRestartAsync();
            Assert.Equal(2, await handle.ExecuteUpdateAsync(wf => wf.TellAsync("two")));
            Assert.Equal("one, two", await handle.QueryAsync(wf => wf.Said()));
            await handle.SignalAsync(wf => wf.EndAsync());
            Assert.Equal("one, two", await handle.GetResultAsync());
        });
    }

    [Fact]
    public async Task An_update_is_accepted_first_and_completes_when_its_handler_is_through()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            var update = await handle.StartUpdateAsync(wf => wf.HearAsync("magic"), new(WorkflowUpdateStage.Accepted));
            Assert.Equal((UpdateWorkflowExecutionLifecycleStage.Accepted, null), await StageAsync(server, handle.Id, update.Id));
            var types = await handle.EventTypesAsync();
            Assert.Contains(EventType.WorkflowExecutionUpdateAccepted, types);
            Assert.DoesNotContain(EventType.WorkflowExecutionUpdateCompleted, types);

            await server.CrashAndRestartAsync();
            await handle.SignalAsync(wf => wf.SayAsync("magic"));
            Assert.Equal("heard magic", await update.GetResultAsync());
            Assert.Equal("heard magic", await handle.GetUpdateHandle<string>(update.Id).GetResultAsync());
            Assert.Contains(EventType.WorkflowExecutionUpdateCompleted, await handle.EventTypesAsync());
        });
    }

    [Fact]
    public async Task An_update_that_completes_at_once_is_told_as_completed_to_whom_waits_for_accepted()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            var update = await server.Client.WorkflowService.UpdateWorkflowExecutionAsync(Tell(handle.Id, "one"));
            Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Completed, update.Stage);
            Assert.NotNull(update.Outcome.Success);
        });
    }

    [Fact]
    public async Task An_update_that_the_validator_rejects_leaves_no_event()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            await handle.ExecuteUpdateAsync(wf => wf.TellAsync("one"));
            var before = await handle.EventTypesAsync();

            for (var asked = 0; asked < 3; asked++)
            {
                var rejected = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync(wf => wf.TellAsync("")));
                var why = Assert.IsType<ApplicationFailureException>(rejected.InnerException);
                Assert.Equal(("Say something.", "Silent"), (why.Message, why.ErrorType));
            }

            Assert.Equal(before, await handle.EventTypesAsync());
            Assert.Equal(2, await handle.ExecuteUpdateAsync(wf => wf.TellAsync("two")));
            await handle.SignalAsync(wf => wf.EndAsync());
            Assert.Equal("one, two", await handle.GetResultAsync());
        });
    }

    [Fact]
    public async Task A_rejected_update_before_anything_else_happened_leaves_the_workflow_sound()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync(wf => wf.TellAsync("")));
            Assert.Equal(1, await handle.ExecuteUpdateAsync(wf => wf.TellAsync("one")));
            await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync(wf => wf.TellAsync("")));
            await handle.SignalAsync(wf => wf.EndAsync());
            Assert.Equal("one", await handle.GetResultAsync());
            Assert.DoesNotContain(EventType.WorkflowTaskFailed, await handle.EventTypesAsync());
        });
    }

    [Fact]
    public async Task An_update_whose_handler_fails_and_one_without_a_handler_fail_for_the_caller_alone()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            var failed = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync(wf => wf.RefuseAsync()));
            Assert.Equal("Refused", Assert.IsType<ApplicationFailureException>(failed.InnerException).ErrorType);
            var unknown = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync("Unheard", []));
            Assert.Contains("Unheard", unknown.InnerException!.Message, StringComparison.Ordinal);
            Assert.Equal(WorkflowExecutionStatus.Running, (await handle.DescribeAsync()).Status);
        });
    }

    [Fact]
    public async Task The_same_update_id_is_one_update()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            Assert.Equal(1, await handle.ExecuteUpdateAsync(wf => wf.TellAsync("one"), new("first")));
            Assert.Equal(1, await handle.ExecuteUpdateAsync(wf => wf.TellAsync("other"), new("first")));
            await server.CrashAndRestartAsync();
            Assert.Equal(1, await handle.ExecuteUpdateAsync(wf => wf.TellAsync("other"), new("first")));

            var waiting = await handle.StartUpdateAsync(wf => wf.HearAsync("magic"), new("second", WorkflowUpdateStage.Accepted));
            var joined = await handle.StartUpdateAsync(wf => wf.HearAsync("something else"), new("second", WorkflowUpdateStage.Accepted));
            await handle.SignalAsync(wf => wf.SayAsync("magic"));
            Assert.Equal("heard magic", await joined.GetResultAsync());
            Assert.Equal("heard magic", await waiting.GetResultAsync());
            Assert.Equal("one, magic", await handle.QueryAsync(wf => wf.Said()));
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_closed_workflow_still_tells_the_outcome_of_its_updates_and_takes_no_new_one(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            await handle.ExecuteUpdateAsync(wf => wf.TellAsync("one"), new("known"));
            await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync(wf => wf.RefuseAsync(), new("refused")));
            await handle.SignalAsync(wf => wf.EndAsync());
            await handle.GetResultAsync();
            if (crash)
                await server.CrashAndRestartAsync();

            Assert.Equal(1, await handle.GetUpdateHandle<int>("known").GetResultAsync());
            Assert.Equal(1, await handle.ExecuteUpdateAsync(wf => wf.TellAsync("again"), new("known")));
            await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.GetUpdateHandle("refused").GetResultAsync());

            var late = await Assert.ThrowsAsync<RpcException>(() => handle.ExecuteUpdateAsync(wf => wf.TellAsync("late")));
            Assert.Equal((RpcException.StatusCode.NotFound, "workflow execution already completed"), (late.Code, late.Message));
            var unknown = await Assert.ThrowsAsync<RpcException>(() => handle.GetUpdateHandle("unknown").GetResultAsync());
            Assert.Equal(RpcException.StatusCode.NotFound, unknown.Code);
        });
    }

    [Fact]
    public async Task An_accepted_update_that_the_end_of_the_workflow_overtakes_fails_with_that_reason()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Hasty>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Hasty wf) => wf.RunAsync(), server.Options());
            var update = await handle.StartUpdateAsync(wf => wf.NeverAsync(), new(WorkflowUpdateStage.Accepted));
            var waiting = update.GetResultAsync();
            await handle.SignalAsync(wf => wf.LeaveAsync());
            await handle.GetResultAsync();

            var overtaken = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => waiting);
            Assert.Equal("AcceptedUpdateCompletedWorkflow", Assert.IsType<ApplicationFailureException>(overtaken.InnerException).ErrorType);
            await server.CrashAndRestartAsync();
            overtaken = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.GetUpdateHandle(update.Id).GetResultAsync());
            Assert.Equal("AcceptedUpdateCompletedWorkflow", Assert.IsType<ApplicationFailureException>(overtaken.InnerException).ErrorType);
        });
    }

    [Fact]
    public async Task An_update_that_waits_for_a_worker_ends_with_the_workflow()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await AdmitAsync(server, handle.Id, "unheard");
        var waiting = handle.ExecuteUpdateAsync(wf => wf.TellAsync("one"), new("unheard"));
        await handle.TerminateAsync();
        var aborted = await Assert.ThrowsAsync<RpcException>(() => waiting);
        Assert.Equal(RpcException.StatusCode.NotFound, aborted.Code);
    }

    [Fact]
    public async Task An_update_that_no_worker_has_seen_yet_survives_a_crash()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await AdmitAsync(server, handle.Id, "early");
        var waiting = handle.ExecuteUpdateAsync(wf => wf.TellAsync("early"), new("early"));
        await server.CrashAndRestartAsync();

        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            Assert.Equal(1, await handle.GetUpdateHandle<int>("early").GetResultAsync());
            Assert.Equal(1, await waiting);
            Assert.Equal("early", await handle.QueryAsync(wf => wf.Said()));
        });
    }

    [Fact]
    public async Task An_update_that_is_admitted_after_the_first_task_survives_a_crash_too()
    {
        await using var server = await SdkServer.StartAsync();
        WorkflowHandle<Conversation, string>? handle = null;
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            await handle.ExecuteUpdateAsync(wf => wf.TellAsync("one"));
        });
        await AdmitAsync(server, handle!.Id, "late");
        await server.CrashAndRestartAsync();

        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            Assert.Equal(2, await handle!.GetUpdateHandle<int>("late").GetResultAsync());
            Assert.Equal("one, late", await handle!.QueryAsync(wf => wf.Said()));
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_update_handler_may_run_activities_and_timers(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        var held = new HeldStep();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Hasty>().AddAllActivities(held), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Hasty wf) => wf.RunAsync(), server.Options());
            var update = await handle.StartUpdateAsync(wf => wf.WorkAsync("heavy"), new(WorkflowUpdateStage.Accepted));
            await held.Started.Task;
            if (crash)
                await server.CrashAndRestartAsync();
            held.LetGo.SetResult();
            Assert.Equal("did heavy", await update.GetResultAsync());
            await handle.SignalAsync(wf => wf.LeaveAsync());
            await handle.GetResultAsync();
        });
    }

    [Fact]
    public async Task Many_updates_at_once_are_all_done_once()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            var counts = await Task.WhenAll(Enumerable.Range(0, 40).Select(word => handle.ExecuteUpdateAsync(wf => wf.TellAsync($"{word}"))));
            Assert.Equal(Enumerable.Range(1, 40), counts.Order());
            await handle.SignalAsync(wf => wf.EndAsync());
            Assert.Equal(40, (await handle.GetResultAsync()).Split(", ").Distinct().Count());
        });
    }

    [Fact]
    public async Task Updates_and_signals_that_arrive_together_are_all_taken()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            await Task.WhenAll(Enumerable.Range(0, 30).Select<int, Task>(word => (word % 3) switch
            {
                0 => handle.ExecuteUpdateAsync(wf => wf.TellAsync($"{word}")),
                1 => handle.SignalAsync(wf => wf.SayAsync($"{word}")),
                _ => Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync(wf => wf.TellAsync(""))),
            }));
            await handle.SignalAsync(wf => wf.EndAsync());
            Assert.Equal(20, (await handle.GetResultAsync()).Split(", ").Distinct().Count());
            Assert.DoesNotContain(EventType.WorkflowTaskFailed, await handle.EventTypesAsync());
        });
    }

    [Fact]
    public async Task An_update_to_an_unknown_workflow_or_to_another_chain_of_runs_is_refused()
    {
        await using var server = await SdkServer.StartAsync();
        var unknown = await Assert.ThrowsAsync<RpcException>(() => server.Client.GetWorkflowHandle("nobody").ExecuteUpdateAsync("Tell", ["one"]));
        Assert.Equal(RpcException.StatusCode.NotFound, unknown.Code);

        var first = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await first.TerminateAsync();
        await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options(first.Id));
        var otherChain = await Assert.ThrowsAsync<RpcException>(() => first.ExecuteUpdateAsync(wf => wf.TellAsync("one")));
        Assert.Equal(RpcException.StatusCode.NotFound, otherChain.Code);
    }

    /// <summary>Leaves an update with a workflow that nobody runs: the call comes back when the server has waited long enough.</summary>
    private static async Task AdmitAsync(SdkServer server, string workflowId, string updateId)
    {
        var admitted = await server.Client.WorkflowService.UpdateWorkflowExecutionAsync(
            Tell(workflowId, updateId), new() { Timeout = TimeSpan.FromSeconds(2) });
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Admitted, admitted.Stage);
    }

    private static UpdateWorkflowExecutionRequest Tell(string workflowId, string updateId) => new()
    {
        Namespace = "default",
        WorkflowExecution = new() { WorkflowId = workflowId },
        Request = new Request
        {
            Meta = new Meta { UpdateId = updateId },
            Input = new Input { Name = "Tell", Args = new() { Payloads_ = { DataConverter.Default.PayloadConverter.ToPayload(updateId) } } },
        },
        WaitPolicy = new WaitPolicy { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Accepted },
    };

    private static async Task<(UpdateWorkflowExecutionLifecycleStage Stage, Outcome? Outcome)> StageAsync(SdkServer server, string workflowId, string updateId)
    {
        var reply = await server.Client.WorkflowService.PollWorkflowExecutionUpdateAsync(new PollWorkflowExecutionUpdateRequest
        {
            Namespace = "default",
            UpdateRef = new UpdateRef { WorkflowExecution = new() { WorkflowId = workflowId }, UpdateId = updateId },
        });
        return (reply.Stage, reply.Outcome);
    }

    [Workflow]
    public class Hasty
    {
        private bool leave;

        [WorkflowRun]
        public Task RunAsync() => Workflow.WaitConditionAsync(() => leave);

        [WorkflowSignal]
        public Task LeaveAsync()
        {
            leave = true;
            return Task.CompletedTask;
        }

        [WorkflowUpdate(UnfinishedPolicy = HandlerUnfinishedPolicy.Abandon)]
        public Task NeverAsync() => Workflow.WaitConditionAsync(() => false);

        [WorkflowUpdate]
        public async Task<string> WorkAsync(string what)
        {
            await Workflow.DelayAsync(1);
            return await Workflow.ExecuteActivityAsync((HeldStep step) => step.DoAsync(what), new() { StartToCloseTimeout = TimeSpan.FromMinutes(1) });
        }
    }

    public class HeldStep
    {
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource LetGo { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        [Activity]
        public async Task<string> DoAsync(string what)
        {
            Started.TrySetResult();
            await LetGo.Task;
            return $"did {what}";
        }
    }
}
