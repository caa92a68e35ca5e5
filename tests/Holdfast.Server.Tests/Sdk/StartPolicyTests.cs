using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>What becomes of a start whose workflow id was used before.</summary>
public class StartPolicyTests
{
    [Theory]
    [InlineData(WorkflowIdReusePolicy.AllowDuplicate, true, true)]
    [InlineData(WorkflowIdReusePolicy.AllowDuplicateFailedOnly, false, true)]
    [InlineData(WorkflowIdReusePolicy.RejectDuplicate, false, false)]
    public async Task The_id_of_a_closed_workflow_is_used_again_as_the_reuse_policy_says(WorkflowIdReusePolicy policy, bool afterSuccess, bool afterFailure)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            await (await StartAsync(server, "completed")).SignalAsync(wf => wf.EndAsync());
            await (await StartAsync(server, "failed")).SignalAsync(wf => wf.FailAsync());
            await (await StartAsync(server, "canceled")).CancelAsync();
            await (await StartAsync(server, "terminated")).TerminateAsync();
            await StartAsync(server, "timed-out", options => options.RunTimeout = TimeSpan.FromSeconds(1));
            Assert.Equal(WorkflowExecutionStatus.Completed, await EndOfAsync(server, "completed"));
            Assert.Equal(WorkflowExecutionStatus.Failed, await EndOfAsync(server, "failed"));
            Assert.Equal(WorkflowExecutionStatus.Canceled, await EndOfAsync(server, "canceled"));
            Assert.Equal(WorkflowExecutionStatus.Terminated, await EndOfAsync(server, "terminated"));
            Assert.Equal(WorkflowExecutionStatus.TimedOut, await EndOfAsync(server, "timed-out"));
            await server.CrashAndRestartAsync();

            Assert.Equal(afterSuccess, await StartsAsync(server, "completed", policy));
            string[] failures = ["failed", "canceled", "terminated", "timed-out"];
            foreach (var id in failures)
                Assert.Equal((id, afterFailure), (id, await StartsAsync(server, id, policy)));
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_running_workflow_with_the_id_is_named_to_whom_would_start_another(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        var running = await StartAsync(server, "taken");
        if (crash)
            await server.CrashAndRestartAsync();

        WorkflowIdReusePolicy[] policies = [WorkflowIdReusePolicy.AllowDuplicate, WorkflowIdReusePolicy.AllowDuplicateFailedOnly, WorkflowIdReusePolicy.RejectDuplicate];
        foreach (var policy in policies)
        {
            var refused = await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(() => StartAsync(server, "taken", options => options.IdReusePolicy = policy));
            Assert.Equal(("taken", "Conversation", running.ResultRunId), (refused.WorkflowId, refused.WorkflowType, refused.RunId));
        }

        Assert.Equal(WorkflowExecutionStatus.Running, (await running.DescribeAsync()).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_may_take_the_workflow_that_runs_already(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        var running = await StartAsync(server, "shared");
        if (crash)
            await server.CrashAndRestartAsync();

        var same = await StartAsync(server, "shared", options => options.IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting);
        Assert.Equal(running.ResultRunId, same.ResultRunId);
        Assert.Equal(2, (await running.DescribeAsync()).HistoryLength);

        await running.TerminateAsync();
        var next = await StartAsync(server, "shared", options => options.IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting);
        Assert.NotEqual(running.ResultRunId, next.ResultRunId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_may_terminate_the_workflow_that_runs_already(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        var old = await StartAsync(server, "replaced");
        if (crash)
            await server.CrashAndRestartAsync();

        var fresh = await StartAsync(server, "replaced", options => options.IdConflictPolicy = WorkflowIdConflictPolicy.TerminateExisting);
        Assert.NotEqual(old.ResultRunId, fresh.ResultRunId);
        if (crash)
            await server.CrashAndRestartAsync();

        var oldRun = server.Client.GetWorkflowHandle("replaced", old.ResultRunId);
        Assert.Equal(WorkflowExecutionStatus.Terminated, (await oldRun.DescribeAsync()).Status);
        var end = (await oldRun.EventsAsync())[^1].WorkflowExecutionTerminatedEventAttributes;
        Assert.Equal("TerminateIfRunning WorkflowIdReusePolicy", end.Reason);
        Assert.Contains(fresh.ResultRunId!, end.Details.Payloads_.Single().Data.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal(WorkflowExecutionStatus.Running, (await fresh.DescribeAsync()).Status);
        Assert.Equal(1, (await server.Client.CountWorkflowsAsync("WorkflowId = 'replaced' AND ExecutionStatus = 'Running'")).Count);
    }

    [Fact]
    public async Task The_old_policy_that_terminates_a_running_workflow_still_does()
    {
        await using var server = await SdkServer.StartAsync();
        var old = await StartAsync(server, "replaced");
#pragma warning disable CS0618 // Old clients send it.
        var fresh = await StartAsync(server, "replaced", options => options.IdReusePolicy = WorkflowIdReusePolicy.TerminateIfRunning);
#pragma warning restore CS0618
        Assert.NotEqual(old.ResultRunId, fresh.ResultRunId);
        var ended = await Assert.ThrowsAsync<WorkflowFailedException>(() => old.GetResultAsync());
        Assert.IsType<TerminatedFailureException>(ended.InnerException);
    }

    [Fact]
    public async Task A_request_id_that_was_attached_to_a_running_workflow_finds_it_again_after_a_crash()
    {
        await using var server = await SdkServer.StartAsync();
        var running = await StartAsync(server, "shared");
        var request = new StartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = "shared",
            WorkflowType = new() { Name = "Conversation" },
            TaskQueue = new() { Name = server.TaskQueue },
            RequestId = "attached",
            WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
            OnConflictOptions = new() { AttachRequestId = true },
        };
        var taken = await server.Client.WorkflowService.StartWorkflowExecutionAsync(request);
        Assert.Equal((running.ResultRunId, false), (taken.RunId, taken.Started));
        Assert.Equal(EventType.WorkflowExecutionOptionsUpdated, (await running.EventsAsync())[^1].EventType);

        await server.CrashAndRestartAsync();
        request.WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.Fail;
        taken = await server.Client.WorkflowService.StartWorkflowExecutionAsync(request);
        Assert.Equal((running.ResultRunId, false), (taken.RunId, taken.Started));
        Assert.Equal(3, (await running.DescribeAsync()).HistoryLength);
    }

    private static Task<WorkflowHandle<Conversation, string>> StartAsync(SdkServer server, string id, Action<WorkflowOptions>? configure = null)
    {
        var options = server.Options(id);
        configure?.Invoke(options);
        return server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
    }

    private static async Task<bool> StartsAsync(SdkServer server, string id, WorkflowIdReusePolicy policy)
    {
        try
        {
            await StartAsync(server, id, options => options.IdReusePolicy = policy);
            return true;
        }
        catch (WorkflowAlreadyStartedException)
        {
            return false;
        }
    }

    private static async Task<WorkflowExecutionStatus> EndOfAsync(SdkServer server, string id)
    {
        var handle = server.Client.GetWorkflowHandle(id);
        try
        {
            await handle.GetResultAsync();
        }
        catch (WorkflowFailedException)
        {
            // How it ended is what the caller wants to know.
        }

        return (await handle.DescribeAsync()).Status;
    }
}
