using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>A workflow that takes longer than it may is closed by the server, whatever its worker does.</summary>
public class WorkflowTimeoutTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_outlives_its_run_timeout_is_timed_out(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Waiting>(), async () =>
        {
            var options = server.Options();
            options.RunTimeout = TimeSpan.FromSeconds(1);
            var handle = await server.Client.StartWorkflowAsync((Waiting wf) => wf.RunAsync(false), options);
            await handle.WaitForAsync(EventType.WorkflowTaskCompleted);
            if (crash)
                await server.CrashAndRestartAsync();

            await ShouldTimeOutAsync(handle);
            Assert.Equal(WorkflowExecutionStatus.TimedOut, (await handle.DescribeAsync()).Status);
            await handle.ShouldReplayAsync<Waiting>();
        });
    }

    [Fact]
    public async Task A_run_that_no_worker_ever_took_is_timed_out_too()
    {
        await using var server = await SdkServer.StartAsync();
        var options = server.Options();
        options.RunTimeout = TimeSpan.FromMilliseconds(500);
        await ShouldTimeOutAsync(await server.Client.StartWorkflowAsync((Waiting wf) => wf.RunAsync(false), options));
    }

    [Fact]
    public async Task The_execution_timeout_ends_a_chain_of_runs()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Waiting>(), async () =>
        {
            var options = server.Options();
            options.ExecutionTimeout = TimeSpan.FromSeconds(2);
            var handle = await server.Client.StartWorkflowAsync((Waiting wf) => wf.RunAsync(true), options);
            await ShouldTimeOutAsync(handle);
            Assert.NotEqual(handle.ResultRunId, (await server.Client.GetWorkflowHandle(handle.Id).DescribeAsync()).RunId);
        });
    }

    private static async Task ShouldTimeOutAsync(WorkflowHandle handle)
    {
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        Assert.Equal(TimeoutType.StartToClose, Assert.IsType<TimeoutFailureException>(failed.InnerException).TimeoutType);
    }

    [Workflow]
    public class Waiting
    {
        [WorkflowRun]
        public Task RunAsync(bool inNewRuns) => inNewRuns
            ? throw Workflow.CreateContinueAsNewException((Waiting wf) => wf.RunAsync(inNewRuns))
            : Workflow.WaitConditionAsync(() => false);
    }
}
