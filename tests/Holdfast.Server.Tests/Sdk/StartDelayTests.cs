using Temporalio.Api.Enums.V1;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

public class StartDelayTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delayed_workflow_gets_its_first_task_after_the_delay_with_the_signals_that_came_meanwhile(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Collecting>(), async () =>
        {
            var options = server.Options();
            options.StartDelay = TimeSpan.FromSeconds(1);
            var handle = await server.Client.StartWorkflowAsync((Collecting wf) => wf.RunAsync(), options);
            await handle.SignalAsync(wf => wf.AddAsync("early"));
            if (crash)
                await server.CrashAndRestartAsync();
            Assert.Equal("early", await handle.GetResultAsync());

            var events = await handle.EventsAsync();
            Assert.Equal(
                [
                    EventType.WorkflowExecutionStarted, EventType.WorkflowExecutionSignaled, EventType.WorkflowTaskScheduled,
                    EventType.WorkflowTaskStarted, EventType.WorkflowTaskCompleted, EventType.WorkflowExecutionCompleted,
                ],
                events.Select(one => one.EventType));
            Assert.Equal(TimeSpan.FromSeconds(1), events[0].WorkflowExecutionStartedEventAttributes.FirstWorkflowTaskBackoff.ToTimeSpan());
            Assert.True(events[2].EventTime.ToDateTime() - events[0].EventTime.ToDateTime() >= TimeSpan.FromSeconds(1));
            await handle.ShouldReplayAsync<Collecting>();
        });
    }

    [Fact]
    public async Task A_delayed_workflow_can_be_cancelled_before_it_begins()
    {
        await using var server = await SdkServer.StartAsync();
        var options = server.Options();
        options.StartDelay = TimeSpan.FromHours(1);
        var handle = await server.Client.StartWorkflowAsync((Collecting wf) => wf.RunAsync(), options);
        await handle.TerminateAsync("changed my mind");
        Assert.Equal(WorkflowExecutionStatus.Terminated, (await handle.DescribeAsync()).Status);
    }

    [Workflow]
    public class Collecting
    {
        private readonly List<string> words = [];

        [WorkflowRun]
        public Task<string> RunAsync() => Task.FromResult(string.Join(' ', words));

        [WorkflowSignal]
        public Task AddAsync(string word)
        {
            words.Add(word);
            return Task.CompletedTask;
        }
    }
}
