using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Worker;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>What tests read in the history of a workflow, through the SDK.</summary>
internal static class Histories
{
    /// <summary>Longer than anything these tests wait for, a server's restart included.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<HistoryEvent>> EventsAsync(this WorkflowHandle handle) =>
        [.. (await handle.FetchHistoryAsync()).Events];

    public static async Task<IReadOnlyList<EventType>> EventTypesAsync(this WorkflowHandle handle) =>
        [.. (await handle.EventsAsync()).Select(one => one.EventType)];

    public static async Task<IReadOnlyList<HistoryEvent>> EventsAsync(this WorkflowHandle handle, EventType type) =>
        [.. (await handle.EventsAsync()).Where(one => one.EventType == type)];

    /// <summary>The only event of this type that the history holds.</summary>
    public static async Task<HistoryEvent> TheEventAsync(this WorkflowHandle handle, EventType type) =>
        Assert.Single(await handle.EventsAsync(type));

    /// <summary>Waits, by the server's long poll, for the <paramref name="count"/>-th event of this type.</summary>
    public static Task<HistoryEvent> WaitForAsync(this WorkflowHandle handle, EventType type, int count = 1)
    {
        return SeekAsync().WaitAsync(Limit);

        async Task<HistoryEvent> SeekAsync()
        {
            var found = 0;
            await foreach (var one in handle.FetchHistoryEventsAsync(new() { WaitNewEvent = true }))
            {
                if (one.EventType == type && ++found == count)
                    return one;
            }

            throw new InvalidOperationException($"The workflow closed with {found} events of type {type}; expected {count}.");
        }
    }

    /// <summary>The description as the server sends it: the SDK's own leaves out what is pending.</summary>
    public static Task<DescribeWorkflowExecutionResponse> DescribeAllAsync(this WorkflowHandle handle, CancellationToken cancellation = default) =>
        handle.Client.WorkflowService.DescribeWorkflowExecutionAsync(
            new() { Namespace = handle.Client.Options.Namespace, Execution = new() { WorkflowId = handle.Id, RunId = handle.RunId ?? "" } },
            new() { CancellationToken = cancellation });

    /// <summary>Looks at the description until it shows what is expected; for what no event tells.</summary>
    public static async Task<DescribeWorkflowExecutionResponse> WaitUntilAsync(this WorkflowHandle handle, Func<DescribeWorkflowExecutionResponse, bool> shows)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var seen = await handle.DescribeAllAsync(limit.Token);
            if (shows(seen))
                return seen;

            limit.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Shows that the history is valid: the official replayer takes the workflow through all of it.</summary>
    public static async Task ShouldReplayAsync<TWorkflow>(this WorkflowHandle handle)
    {
        var history = await handle.FetchHistoryAsync();
        Assert.Equal(Enumerable.Range(1, history.Events.Count), history.Events.Select(one => (int)one.EventId));
        await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<TWorkflow>()).ReplayWorkflowAsync(history);
    }
}
