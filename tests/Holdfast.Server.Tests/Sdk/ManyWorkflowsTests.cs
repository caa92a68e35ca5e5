using System.Collections.Concurrent;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Many workflows at once, with the server killed again and again while they run.</summary>
public class ManyWorkflowsTests
{
    [Fact]
    public async Task All_workflows_end_as_they_should_although_the_server_is_killed_several_times()
    {
        const int count = 60;
        await using var server = await SdkServer.StartAsync();
        var work = new Work();
        await server.WithWorkerAsync(options => options.AddWorkflow<ThreeSteps>().AddAllActivities(work), async () =>
        {
            var handles = await Task.WhenAll(Enumerable.Range(0, count).Select(number =>
            {
                var options = server.Options($"many-{number}");
                options.TaskTimeout = TimeSpan.FromSeconds(2);
                return server.Client.StartWorkflowAsync((ThreeSteps wf) => wf.RunAsync(number), options);
            }));

            // Killed in the thick of it: each time some work has been done since the time before.
            for (var kill = 1; kill <= 4; kill++)
            {
                await work.DoneAsync(kill * count / 3);
                await server.CrashAndRestartAsync();
            }

            await Task.WhenAll(handles.Select(handle => handle.SignalAsync(wf => wf.GoAsync())));
            foreach (var (number, handle) in handles.Index())
            {
                Assert.Equal($"{number}: 1 2 3", await handle.GetResultAsync());
                if (number % 10 == 0)
                    await handle.ShouldReplayAsync<ThreeSteps>();
                Assert.Equal(3, (await handle.EventsAsync(EventType.ActivityTaskCompleted)).Count);
                Assert.Single(await handle.EventsAsync(EventType.WorkflowExecutionSignaled));
            }
        });
    }

    [Workflow]
    public class ThreeSteps
    {
        private bool go;

        [WorkflowRun]
        public async Task<string> RunAsync(int number)
        {
            var steps = new List<int>();
            for (var step = 1; step <= 3; step++)
            {
                steps.Add(await Workflow.ExecuteActivityAsync((Work work) => work.Step(step), new()
                {
                    StartToCloseTimeout = TimeSpan.FromSeconds(3),
                    RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(50) },
                }));
                await Workflow.DelayAsync(TimeSpan.FromMilliseconds(20));
            }

            await Workflow.WaitConditionAsync(() => go);
            return $"{number}: {string.Join(' ', steps)}";
        }

        [WorkflowSignal]
        public Task GoAsync()
        {
            go = true;
            return Task.CompletedTask;
        }
    }

    public class Work
    {
        private readonly ConcurrentDictionary<int, TaskCompletionSource> awaited = new();
        private int done;

        [Activity]
        public int Step(int step)
        {
            var count = Interlocked.Increment(ref done);
            Reached(count).TrySetResult();
            return step;
        }

        public Task DoneAsync(int count) => Reached(count).Task;

        private TaskCompletionSource Reached(int count) =>
            awaited.GetOrAdd(count, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
