using Temporalio.Workflows;

namespace Holdfast.EndToEnd.Tests.Postgres;

/// <summary>Collects what it is sent, with an activity and a timer in between, until it is told to finish.</summary>
[Workflow]
public sealed class CollectWorkflow
{
    private readonly List<string> received = [];
    private readonly List<string> handled = [];
    private bool finished;

    [WorkflowRun]
    public async Task<string[]> RunAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => finished || handled.Count < received.Count);
            if (handled.Count == received.Count)
                return [.. handled];

            await Workflow.DelayAsync(TimeSpan.FromMilliseconds(20));
            handled.Add(await Workflow.ExecuteActivityAsync(
                (CollectActivities activities) => activities.Handle(received[handled.Count]), new() { StartToCloseTimeout = TimeSpan.FromSeconds(5) }));
        }
    }

    [WorkflowSignal]
    public Task AddAsync(string item)
    {
        received.Add(item);
        return Task.CompletedTask;
    }

    [WorkflowSignal]
    public Task FinishAsync()
    {
        finished = true;
        return Task.CompletedTask;
    }
}
