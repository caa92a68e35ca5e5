using Temporalio.Client;

namespace Holdfast.Tests.Shared;

/// <summary>Waits for workflows to end, but not for ever: one that hangs fails its test, and says where it stands.</summary>
internal static class WorkflowResults
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The workflow's result, once it has one.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public static Task<TResult> EndsAsync<TWorkflow, TResult>(this WorkflowHandle<TWorkflow, TResult> workflow, TimeSpan? limit = null) =>
        EndsAsync(workflow, workflow.GetResultAsync(), limit ?? Limit);

    /// <inheritdoc cref="EndsAsync{TWorkflow, TResult}"/>
    public static Task<TResult> EndsAsync<TResult>(this WorkflowHandle workflow, TimeSpan? limit = null) =>
        EndsAsync(workflow, workflow.GetResultAsync<TResult>(), limit ?? Limit);

    /// <summary>Waits until the workflow has ended, whatever its result is.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public static Task EndsAsync(this WorkflowHandle workflow, TimeSpan? limit = null) =>
        EndsAsync(workflow, workflow.GetResultAsync<ValueTuple>(), limit ?? Limit);

    private static async Task<TResult> EndsAsync<TResult>(WorkflowHandle workflow, Task<TResult> result, TimeSpan limit)
    {
        try
        {
            return await result.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The workflow {workflow.Id} has not ended after {limit.TotalSeconds:0.#} s. {await WhereItStandsAsync(workflow)}");
        }
    }

    private static async Task<string> WhereItStandsAsync(WorkflowHandle workflow)
    {
        try
        {
            var events = (await workflow.FetchHistoryAsync().WaitAsync(TimeSpan.FromSeconds(5))).Events;
            return $"Its last event is {events.Last().EventType}.";
        }
        catch (Exception exception) when (exception is TimeoutException or Temporalio.Exceptions.RpcException)
        {
            return $"Its history cannot be read: {exception.Message}";
        }
    }
}
