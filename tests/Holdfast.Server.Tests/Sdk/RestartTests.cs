using Temporalio.Activities;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>What a workflow was doing when the server was killed, it goes on doing when the server is back.</summary>
public class RestartTests
{
    [Fact]
    public async Task A_workflow_that_waits_for_a_signal_gets_it_after_a_crash()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Waiting>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Waiting wf) => wf.RunAsync(), server.Options());
            await handle.SignalAsync(wf => wf.SayAsync("before"));
            await server.CrashAndRestartAsync();
            await handle.SignalAsync(wf => wf.SayAsync("after"));
            Assert.Equal("before, after", await handle.GetResultAsync());
        });
    }

    [Fact]
    public async Task A_timer_that_became_due_while_the_server_was_down_fires_when_it_is_back()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(options => options.AddWorkflow<Sleeping>(), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((Sleeping wf) => wf.RunAsync(), server.Options());
            await handle.QueryAsync(wf => wf.IsAsleep());
            await server.CrashAndRestartAsync();
            Assert.Equal("awake", await handle.GetResultAsync());
        });
    }

    [Fact]
    public async Task An_activity_with_one_attempt_that_runs_during_a_crash_reports_to_the_new_server_and_ran_once()
    {
        await using var server = await SdkServer.StartAsync();
        var activity = new HeldActivity();
        await server.WithWorkerAsync(options => options.AddWorkflow<OneActivity>().AddAllActivities(activity), async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((OneActivity wf) => wf.RunAsync(), server.Options());
            await activity.Started.Task;
            await server.CrashAndRestartAsync();
            activity.LetGo.SetResult();
            Assert.Equal(1, await handle.GetResultAsync());
        });
    }

    [Workflow]
    public class Waiting
    {
        private readonly List<string> said = [];

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => said.Count == 2);
            return string.Join(", ", said);
        }

        [WorkflowSignal]
        public Task SayAsync(string word)
        {
            said.Add(word);
            return Task.CompletedTask;
        }
    }

    [Workflow]
    public class Sleeping
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.DelayAsync(TimeSpan.FromSeconds(1));
            return "awake";
        }

        [WorkflowQuery]
        public bool IsAsleep() => true;
    }

    [Workflow]
    public class OneActivity
    {
        [WorkflowRun]
        public Task<int> RunAsync() => Workflow.ExecuteActivityAsync(
            (HeldActivity activity) => activity.CountAsync(),
            new() { StartToCloseTimeout = TimeSpan.FromMinutes(1), RetryPolicy = new() { MaximumAttempts = 1 } });
    }

    public class HeldActivity
    {
        private int runs;

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource LetGo { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        [Activity]
        public async Task<int> CountAsync()
        {
            var run = Interlocked.Increment(ref runs);
            Started.TrySetResult();
            await LetGo.Task;
            return run;
        }
    }
}
