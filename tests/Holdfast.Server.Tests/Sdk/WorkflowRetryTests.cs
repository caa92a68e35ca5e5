using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>A workflow with a retry policy starts anew after it failed.</summary>
public class WorkflowRetryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_next_run_knows_its_attempt_and_the_last_failure(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Failing>(), async () =>
        {
            var handle = await StartAsync(server, new() { InitialInterval = TimeSpan.FromMilliseconds(100) }, succeedAt: 2);
            var first = server.Client.GetWorkflowHandle(handle.Id, handle.ResultRunId);
            var failed = (await first.WaitForAsync(EventType.WorkflowExecutionFailed)).WorkflowExecutionFailedEventAttributes;
            if (crash)
                await server.CrashAndRestartAsync();

            Assert.Equal(RetryState.InProgress, failed.RetryState);
            Assert.Equal("attempt 2 after: attempt 1", await handle.GetResultAsync());
            var second = server.Client.GetWorkflowHandle(handle.Id, failed.NewExecutionRunId);
            var started = (await second.TheEventAsync(EventType.WorkflowExecutionStarted)).WorkflowExecutionStartedEventAttributes;
            Assert.Equal(2, started.Attempt);
            Assert.Equal(ContinueAsNewInitiator.Retry, started.Initiator);
            Assert.Equal("attempt 1", started.ContinuedFailure.Message);
            Assert.Equal(handle.ResultRunId, started.FirstExecutionRunId);
            await first.ShouldReplayAsync<Failing>();
            await second.ShouldReplayAsync<Failing>();
        });
    }

    [Fact]
    public async Task After_the_last_attempt_the_client_gets_its_failure()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Failing>(), async () =>
        {
            var handle = await StartAsync(server, new() { InitialInterval = TimeSpan.FromMilliseconds(10), MaximumAttempts = 2 }, succeedAt: 3);
            var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
            Assert.Equal("attempt 2", failed.InnerException!.Message);
            var closed = (await server.Client.GetWorkflowHandle(handle.Id).TheEventAsync(EventType.WorkflowExecutionFailed)).WorkflowExecutionFailedEventAttributes;
            Assert.Equal(RetryState.MaximumAttemptsReached, closed.RetryState);
            Assert.Equal("", closed.NewExecutionRunId);
        });
    }

    [Fact]
    public async Task A_failure_of_a_type_that_the_policy_names_is_final()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Failing>(), async () =>
        {
            var handle = await StartAsync(server, new() { InitialInterval = TimeSpan.FromMilliseconds(10), NonRetryableErrorTypes = ["Final"] }, succeedAt: 2);
            var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
            Assert.Equal("attempt 1", failed.InnerException!.Message);
        });
    }

    [Fact]
    public async Task A_run_that_timed_out_is_tried_again()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Failing>(), async () =>
        {
            var handle = await StartAsync(server, new() { InitialInterval = TimeSpan.FromMilliseconds(10) }, succeedAt: 2, hang: true);
            Assert.StartsWith("attempt 2", await handle.GetResultAsync(), StringComparison.Ordinal);
        });
    }

    private static Task<WorkflowHandle<Failing, string>> StartAsync(SdkServer server, Temporalio.Common.RetryPolicy policy, int succeedAt, bool hang = false)
    {
        var options = server.Options();
        options.RetryPolicy = policy;
        options.RunTimeout = hang ? TimeSpan.FromSeconds(1) : null;
        return server.Client.StartWorkflowAsync((Failing wf) => wf.RunAsync(succeedAt, hang), options);
    }

    [Workflow]
    public class Failing
    {
        [WorkflowRun]
        public async Task<string> RunAsync(int succeedAt, bool hang)
        {
            var attempt = $"attempt {Workflow.Info.Attempt}";
            if (Workflow.Info.Attempt >= succeedAt)
                return $"{attempt} after: {Workflow.Info.LastFailure?.Message}";
            if (hang)
                await Workflow.WaitConditionAsync(() => false);
            throw new ApplicationFailureException(attempt, "Final");
        }
    }
}
