using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>A workflow that runs again and again on a schedule of its own.</summary>
public class CronTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_run_gets_the_result_of_the_one_before_until_the_chain_is_cancelled(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Counting>(), async () =>
        {
            var options = server.Options();
            options.CronSchedule = "@every 1s";
            var handle = await server.Client.StartWorkflowAsync((Counting wf) => wf.RunAsync(), options);

            var first = (await CompletedAsync(handle.ResultRunId!)).WorkflowExecutionCompletedEventAttributes;
            if (crash)
                await server.CrashAndRestartAsync();
            var second = (await CompletedAsync(first.NewExecutionRunId)).WorkflowExecutionCompletedEventAttributes;
            Assert.Equal("1", Assert.Single(first.Result.Payloads_).Data.ToStringUtf8());
            Assert.Equal("2", Assert.Single(second.Result.Payloads_).Data.ToStringUtf8());

            var third = server.Client.GetWorkflowHandle(handle.Id, second.NewExecutionRunId);
            var started = (await third.TheEventAsync(EventType.WorkflowExecutionStarted)).WorkflowExecutionStartedEventAttributes;
            Assert.Equal("@every 1s", started.CronSchedule);
            Assert.Equal(ContinueAsNewInitiator.CronSchedule, started.Initiator);
            Assert.Equal(1, started.Attempt);
            Assert.InRange(started.FirstWorkflowTaskBackoff.ToTimeSpan(), TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));

            await third.CancelAsync();
            var ended = await Assert.ThrowsAsync<WorkflowFailedException>(() => third.GetResultAsync());
            Assert.IsType<CanceledFailureException>(ended.InnerException);
            var last = await server.Client.GetWorkflowHandle(handle.Id).DescribeAsync();
            Assert.Equal((third.RunId, WorkflowExecutionStatus.Canceled), (last.RunId, last.Status));

            async Task<Temporalio.Api.History.V1.HistoryEvent> CompletedAsync(string runId)
            {
                var run = server.Client.GetWorkflowHandle(handle.Id, runId);
                var completed = await run.WaitForAsync(EventType.WorkflowExecutionCompleted);
                await run.ShouldReplayAsync<Counting>();
                return completed;
            }
        });
    }

    [Fact]
    public async Task The_first_run_waits_for_its_time()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Counting>(), async () =>
        {
            var options = server.Options();
            options.CronSchedule = "0 0 1 1 *";
            var handle = await server.Client.StartWorkflowAsync((Counting wf) => wf.RunAsync(), options);
            var seen = await handle.DescribeAsync();
            var due = seen.ExecutionTime!.Value.ToUniversalTime();
            Assert.Equal((1, 1, 0, 0), (due.Month, due.Day, due.Hour, due.Minute));
            Assert.Equal([EventType.WorkflowExecutionStarted], await handle.EventTypesAsync());
            await handle.CancelAsync();
        });
    }

    [Fact]
    public async Task A_failed_run_does_not_end_the_chain_and_the_last_good_result_is_kept()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Counting>(), async () =>
        {
            var options = server.Options();
            options.CronSchedule = "@every 1s";
            var handle = await server.Client.StartWorkflowAsync((Counting wf) => wf.RunAsync(), options);
            var first = (await Run(handle.ResultRunId!).WaitForAsync(EventType.WorkflowExecutionCompleted)).WorkflowExecutionCompletedEventAttributes;
            await Run(first.NewExecutionRunId).SignalAsync(nameof(Counting.Fail), []);
            var second = (await Run(first.NewExecutionRunId).WaitForAsync(EventType.WorkflowExecutionFailed)).WorkflowExecutionFailedEventAttributes;
            var third = (await Run(second.NewExecutionRunId).WaitForAsync(EventType.WorkflowExecutionCompleted)).WorkflowExecutionCompletedEventAttributes;
            Assert.Equal("2", Assert.Single(third.Result.Payloads_).Data.ToStringUtf8());
            await handle.TerminateAsync();

            WorkflowHandle Run(string runId) => server.Client.GetWorkflowHandle(handle.Id, runId);
        });
    }

    [Workflow]
    public class Counting
    {
        private bool fail;

        [WorkflowRun]
        public async Task<int> RunAsync()
        {
            await Workflow.DelayAsync(TimeSpan.FromMilliseconds(1));
            if (fail)
                throw new ApplicationFailureException("told to");
            var last = Workflow.Info.LastResult?.FirstOrDefault() is { } result ? Workflow.PayloadConverter.ToValue<int>(result) : 0;
            return last + 1;
        }

        [WorkflowSignal("Fail")]
        public Task Fail()
        {
            fail = true;
            return Task.CompletedTask;
        }
    }
}
