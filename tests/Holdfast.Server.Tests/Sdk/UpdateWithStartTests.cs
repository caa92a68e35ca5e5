using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Update-with-start: the workflow is started if need be, and takes the update, or neither happens.</summary>
public class UpdateWithStartTests
{
    [Theory]
    [InlineData(WorkflowIdConflictPolicy.Fail)]
    [InlineData(WorkflowIdConflictPolicy.UseExisting)]
    public async Task A_workflow_that_does_not_run_is_started_and_updated(WorkflowIdConflictPolicy policy)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var start = Start(server, "talk", policy);
            Assert.Equal(1, await server.Client.ExecuteUpdateWithStartWorkflowAsync((Conversation wf) => wf.TellAsync("one"), new(start)));
            var handle = await start.GetHandleAsync();
            await handle.SignalAsync(wf => wf.EndAsync());
            Assert.Equal("one", await handle.GetResultAsync());
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_workflow_that_runs_is_updated_where_the_start_may_take_it(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var running = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options("talk"));
            await running.ExecuteUpdateAsync(wf => wf.TellAsync("one"));
            if (crash)
                await server.CrashAndRestartAsync();

            var start = Start(server, "talk", WorkflowIdConflictPolicy.UseExisting);
            var update = await server.Client.StartUpdateWithStartWorkflowAsync(
                (Conversation wf) => wf.TellAsync("two"), new(start, WorkflowUpdateStage.Completed));
            Assert.Equal(2, await update.GetResultAsync());
            Assert.Equal(running.ResultRunId, (await start.GetHandleAsync()).ResultRunId);
        });
    }

    [Fact]
    public async Task A_workflow_that_runs_is_left_alone_where_the_start_must_be_the_first()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var running = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options("talk"));
            var start = Start(server, "talk", WorkflowIdConflictPolicy.Fail);
            await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(
                () => server.Client.ExecuteUpdateWithStartWorkflowAsync((Conversation wf) => wf.TellAsync("one"), new(start)));
            await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(() => start.GetHandleAsync());
            Assert.Equal("", await running.QueryAsync(wf => wf.Said()));
        });
    }

    [Fact]
    public async Task An_update_is_accepted_first_and_completes_later()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var start = Start(server, "talk", WorkflowIdConflictPolicy.Fail);
            var update = await server.Client.StartUpdateWithStartWorkflowAsync(
                (Conversation wf) => wf.HearAsync("magic"), new(start, WorkflowUpdateStage.Accepted));
            var handle = await start.GetHandleAsync();
            await server.CrashAndRestartAsync();
            await handle.SignalAsync(wf => wf.SayAsync("magic"));
            Assert.Equal("heard magic", await update.GetResultAsync());
        });
    }

    [Fact]
    public async Task A_rejected_update_leaves_the_started_workflow_running()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var start = Start(server, "talk", WorkflowIdConflictPolicy.Fail);
            var rejected = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
                () => server.Client.ExecuteUpdateWithStartWorkflowAsync((Conversation wf) => wf.TellAsync(""), new(start)));
            Assert.Equal("Silent", Assert.IsType<ApplicationFailureException>(rejected.InnerException).ErrorType);
            Assert.Equal(WorkflowExecutionStatus.Running, (await server.Client.GetWorkflowHandle("talk").DescribeAsync()).Status);
        });
    }

    [Fact]
    public async Task The_same_update_id_is_answered_again_without_a_second_workflow_even_after_the_end()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var start = Start(server, "talk", WorkflowIdConflictPolicy.Fail);
            Assert.Equal(1, await server.Client.ExecuteUpdateWithStartWorkflowAsync((Conversation wf) => wf.TellAsync("one"), new("known", start)));
            var handle = await start.GetHandleAsync();
            var again = Start(server, "talk", WorkflowIdConflictPolicy.UseExisting);
            Assert.Equal(1, await server.Client.ExecuteUpdateWithStartWorkflowAsync((Conversation wf) => wf.TellAsync("two"), new("known", again)));
            await handle.SignalAsync(wf => wf.EndAsync());
            Assert.Equal("one", await handle.GetResultAsync());
            await server.CrashAndRestartAsync();

            again = Start(server, "talk", WorkflowIdConflictPolicy.UseExisting);
            Assert.Equal(1, await server.Client.ExecuteUpdateWithStartWorkflowAsync((Conversation wf) => wf.TellAsync("three"), new("known", again)));
            Assert.Equal(1, (await server.Client.CountWorkflowsAsync("WorkflowId = 'talk'")).Count);
        });
    }

    [Fact]
    public async Task Callers_at_once_share_one_workflow()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var counts = await Task.WhenAll(Enumerable.Range(0, 10).Select(word => server.Client.ExecuteUpdateWithStartWorkflowAsync(
                (Conversation wf) => wf.TellAsync($"{word}"), new(Start(server, "talk", WorkflowIdConflictPolicy.UseExisting)))));
            Assert.Equal(Enumerable.Range(1, 10), counts.Order());
            Assert.Equal(1, (await server.Client.CountWorkflowsAsync("WorkflowId = 'talk'")).Count);
        });
    }

    private static WithStartWorkflowOperation<WorkflowHandle<Conversation, string>> Start(SdkServer server, string id, WorkflowIdConflictPolicy policy)
    {
        var options = server.Options(id);
        options.IdConflictPolicy = policy;
        return WithStartWorkflowOperation.Create((Conversation wf) => wf.RunAsync(), options);
    }
}
