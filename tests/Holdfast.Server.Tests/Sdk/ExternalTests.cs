using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Workflows that signal and cancel other workflows.</summary>
public class ExternalTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_workflow_signals_another(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        var target = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        var sender = await server.Client.StartWorkflowAsync((Sender wf) => wf.RunAsync(target.Id, null, 10), server.Options());
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Sender>().AddWorkflow<Conversation>(), async () =>
        {
            if (crash)
            {
                await sender.WaitForAsync(EventType.SignalExternalWorkflowExecutionInitiated);
                await server.CrashAndRestartAsync();
            }

            Assert.Equal("sent", await sender.GetResultAsync());
            await target.SignalAsync(wf => wf.EndAsync());
            Assert.Equal(string.Join(", ", Enumerable.Range(1, 10)), await target.GetResultAsync());
        });
    }

    [Fact]
    public async Task A_signal_to_a_closed_missing_or_other_run_fails_in_the_sender()
    {
        await using var server = await SdkServer.StartAsync();
        var closed = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await closed.TerminateAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Sender>(), async () =>
        {
            Assert.Equal(NotFound, await server.Client.ExecuteWorkflowAsync((Sender wf) => wf.RunAsync(closed.Id, null, 1), server.Options()));
            Assert.Equal(NotFound, await server.Client.ExecuteWorkflowAsync((Sender wf) => wf.RunAsync("nobody", null, 1), server.Options()));
            var running = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options(closed.Id));
            Assert.Equal(NotFound, await server.Client.ExecuteWorkflowAsync((Sender wf) => wf.RunAsync(closed.Id, closed.ResultRunId, 1), server.Options()));
            Assert.Equal("sent", await server.Client.ExecuteWorkflowAsync((Sender wf) => wf.RunAsync(running.Id, running.ResultRunId, 1), server.Options()));
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_workflow_cancels_another(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        var target = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Canceller>().AddWorkflow<Conversation>(), async () =>
        {
            var canceller = await server.Client.StartWorkflowAsync((Canceller wf) => wf.RunAsync(target.Id), server.Options());
            if (crash)
            {
                await canceller.WaitForAsync(EventType.RequestCancelExternalWorkflowExecutionInitiated);
                await server.CrashAndRestartAsync();
            }

            Assert.Equal("requested", await canceller.GetResultAsync());
            var ended = await Assert.ThrowsAsync<WorkflowFailedException>(() => target.GetResultAsync());
            Assert.IsType<CanceledFailureException>(ended.InnerException);
            var requested = (await target.FetchHistoryAsync()).Events.Single(written => written.EventType == EventType.WorkflowExecutionCancelRequested);
            Assert.Equal(canceller.Id, requested.WorkflowExecutionCancelRequestedEventAttributes.ExternalWorkflowExecution.WorkflowId);
        });
    }

    [Fact]
    public async Task Cancelling_a_closed_workflow_is_fine_and_a_missing_one_is_a_failure()
    {
        await using var server = await SdkServer.StartAsync();
        var closed = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options());
        await closed.TerminateAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Canceller>(), async () =>
        {
            Assert.Equal("requested", await server.Client.ExecuteWorkflowAsync((Canceller wf) => wf.RunAsync(closed.Id), server.Options()));
            Assert.Equal(CancelNotFound, await server.Client.ExecuteWorkflowAsync((Canceller wf) => wf.RunAsync("nobody"), server.Options()));
            Assert.DoesNotContain(EventType.WorkflowExecutionCancelRequested, await closed.EventTypesAsync());
        });
    }

    [Fact]
    public async Task Two_workflows_play_ping_pong_over_crashes()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Player>(), async () =>
        {
            var ping = await server.Client.StartWorkflowAsync((Player wf) => wf.RunAsync("pong", 20), server.Options("ping"));
            var pong = await server.Client.StartWorkflowAsync((Player wf) => wf.RunAsync("ping", 20), server.Options("pong"));
            await ping.SignalAsync(wf => wf.BallAsync(0));
            for (var crash = 0; crash < 3; crash++)
            {
                await ping.WaitForAsync(EventType.ExternalWorkflowExecutionSignaled);
                await server.CrashAndRestartAsync();
            }

            Assert.Equal([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20], await ping.GetResultAsync());
            Assert.Equal([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21], await pong.GetResultAsync());
        });
    }

    private const string NotFound = "Unable to signal external workflow because it was not found";
    private const string CancelNotFound = "Unable to cancel external workflow because not found";

    [Workflow]
    public class Sender
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string workflowId, string? runId, int count)
        {
            var target = Workflow.GetExternalWorkflowHandle<Conversation>(workflowId, runId);
            try
            {
                for (var word = 1; word <= count; word++)
                    await target.SignalAsync(wf => wf.SayAsync($"{word}"));
                return "sent";
            }
            catch (ApplicationFailureException failed)
            {
                return failed.Message;
            }
        }
    }

    [Workflow]
    public class Canceller
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string workflowId)
        {
            try
            {
                await Workflow.GetExternalWorkflowHandle(workflowId).CancelAsync();
                return "requested";
            }
            catch (ApplicationFailureException failed)
            {
                return failed.Message;
            }
        }
    }

    /// <summary>Takes balls and sends back each with the next number, until the last.</summary>
    [Workflow]
    public class Player
    {
        private readonly List<int> balls = [];

        [WorkflowRun]
        public async Task<List<int>> RunAsync(string partner, int last)
        {
            for (var played = 0; ; played++)
            {
                await Workflow.WaitConditionAsync(() => balls.Count > played);
                if (balls[played] <= last)
                    await Workflow.GetExternalWorkflowHandle<Player>(partner).SignalAsync(wf => wf.BallAsync(balls[played] + 1));
                if (balls[played] >= last)
                    return balls;
            }
        }

        [WorkflowSignal]
        public Task BallAsync(int number)
        {
            balls.Add(number);
            return Task.CompletedTask;
        }
    }
}
