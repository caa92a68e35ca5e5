using Temporalio.Api.Enums.V1;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Ending a workflow from outside: asked politely, or at once.</summary>
public class CancelAndTerminateTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_workflow_cleans_up_and_ends_as_cancelled(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Tidy>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Tidy wf) => wf.RunAsync(false), server.Options());
            await handle.CancelAsync();
            await handle.CancelAsync();
            if (crash)
                await server.CrashAndRestartAsync();

            var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
            Assert.IsType<CanceledFailureException>(failed.InnerException);
            Assert.Equal(WorkflowExecutionStatus.Canceled, (await handle.DescribeAsync()).Status);
            var types = await handle.EventTypesAsync();
            Assert.Single(types, EventType.WorkflowExecutionCancelRequested);
            Assert.Contains(EventType.TimerFired, types);
        });
    }

    [Fact]
    public async Task A_workflow_may_take_a_cancel_request_as_it_likes()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Tidy>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Tidy wf) => wf.RunAsync(true), server.Options());
            await handle.CancelAsync();
            Assert.Equal("tidy", await handle.GetResultAsync());
            Assert.Equal(WorkflowExecutionStatus.Completed, (await handle.DescribeAsync()).Status);
        });
    }

    [Fact]
    public async Task A_cancel_request_before_the_first_worker_is_not_forgotten()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Tidy wf) => wf.RunAsync(false), server.Options());
        await handle.CancelAsync();
        Assert.True((await handle.DescribeAllAsync()).WorkflowExtendedInfo.CancelRequested);
        await server.CrashAndRestartAsync();
        Assert.True((await handle.DescribeAllAsync()).WorkflowExtendedInfo.CancelRequested);
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Tidy>(), () => Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync()));
    }

    [Fact]
    public async Task Cancelling_a_closed_workflow_is_fine_and_terminating_it_is_not()
    {
        await using var server = await SdkServer.StartAsync();
        var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await handle.TerminateAsync();
        var length = (await handle.DescribeAsync()).HistoryLength;

        await handle.CancelAsync();
        var refused = await Assert.ThrowsAsync<RpcException>(() => handle.TerminateAsync());
        Assert.Equal((RpcException.StatusCode.NotFound, "workflow execution already completed"), (refused.Code, refused.Message));
        Assert.Equal(length, (await handle.DescribeAsync()).HistoryLength);
    }

    [Fact]
    public async Task Cancelling_or_terminating_an_unknown_workflow_is_refused()
    {
        await using var server = await SdkServer.StartAsync();
        var unknown = server.Client.GetWorkflowHandle("nobody");
        Assert.Equal(RpcException.StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => unknown.CancelAsync())).Code);
        Assert.Equal(RpcException.StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => unknown.TerminateAsync())).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_terminated_workflow_tells_why(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
            await handle.QueryAsync(wf => wf.Said());
            var result = handle.GetResultAsync();
            await handle.TerminateAsync("no longer wanted", new() { Details = ["by", "hand"] });
            var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => result);
            if (crash)
                await server.CrashAndRestartAsync();

            Assert.Equal("no longer wanted", Assert.IsType<TerminatedFailureException>(failed.InnerException).Message);
            Assert.Equal(WorkflowExecutionStatus.Terminated, (await handle.DescribeAsync()).Status);
            var end = (await handle.EventsAsync())[^1].WorkflowExecutionTerminatedEventAttributes;
            Assert.Equal("no longer wanted", end.Reason);
            Assert.Equal(
                ["by", "hand"], end.Details.Payloads_.Select(detail => DataConverter.Default.PayloadConverter.ToValue<string>(detail)));
            Assert.NotEqual("", end.Identity);
        });
    }

    [Fact]
    public async Task A_handle_ends_its_own_chain_of_runs_and_no_later_one()
    {
        await using var server = await SdkServer.StartAsync();
        var first = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await first.TerminateAsync();
        var second = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options(first.Id));

        Assert.Equal(RpcException.StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => first.TerminateAsync())).Code);
        Assert.Equal(RpcException.StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => first.CancelAsync())).Code);
        Assert.Equal(WorkflowExecutionStatus.Running, (await second.DescribeAsync()).Status);
        await second.TerminateAsync();
        Assert.Equal(WorkflowExecutionStatus.Terminated, (await second.DescribeAsync()).Status);
    }

    [Fact]
    public async Task A_handle_ends_the_newest_run_of_its_chain()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Renewing>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Renewing wf) => wf.RunAsync(true), server.Options());
            await handle.WaitForAsync(EventType.WorkflowExecutionContinuedAsNew);
            await handle.TerminateAsync("enough");
            var newest = await server.Client.GetWorkflowHandle(handle.Id).DescribeAsync();
            Assert.NotEqual(handle.ResultRunId, newest.RunId);
            Assert.Equal(WorkflowExecutionStatus.Terminated, newest.Status);
            var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
            Assert.Equal("enough", Assert.IsType<TerminatedFailureException>(failed.InnerException).Message);
        });
    }

    [Workflow]
    public class Tidy
    {
        [WorkflowRun]
        public async Task<string> RunAsync(bool swallow)
        {
            try
            {
                await Workflow.DelayAsync(TimeSpan.FromHours(1));
            }
            catch (OperationCanceledException)
            {
                await Workflow.DelayAsync(TimeSpan.FromMilliseconds(10), CancellationToken.None);
                if (!swallow)
                    throw;
            }

            return "tidy";
        }
    }

    [Workflow]
    public class Renewing
    {
        [WorkflowRun]
        public async Task RunAsync(bool first)
        {
            if (first)
                throw Workflow.CreateContinueAsNewException((Renewing wf) => wf.RunAsync(false));
            await Workflow.WaitConditionAsync(() => false);
        }
    }
}
