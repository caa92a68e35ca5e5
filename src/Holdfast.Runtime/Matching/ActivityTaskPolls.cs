using Holdfast.Engine;
using Holdfast.Engine.Workflows.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>How workers get activity tasks.</summary>
/// <param name="newId">Gives a fresh request id for each start.</param>
public sealed class ActivityTaskPolls(IShards shards, TaskQueues queues, TimeProvider time, Func<string> newId)
{
    /// <summary>
    /// <c>PollActivityTaskQueue</c>: waits for an activity task. Null when <paramref name="wait"/> was over, the worker is shutting down, or the call was
    /// cancelled: the protocol's empty response.
    /// </summary>
    public async ValueTask<Answer<PollActivityTaskQueueResponse?>> PollAsync(
        string namespaceId, PollActivityTaskQueueRequest request, TimeSpan wait, CancellationToken cancellation)
    {
        var key = new TaskQueueKey(namespaceId, request.TaskQueue.Name, TaskQueueType.Activity);
        var poller = Poller.Of(request);
        var deadline = time.GetUtcNow() + wait;
        while (true)
        {
            var matched = await queues.PollAsync(key, poller, deadline - time.GetUtcNow(), cancellation);
            if (matched is null)
                return (PollActivityTaskQueueResponse?)null;
            if (matched is StartedTask<PollActivityTaskQueueResponse> started)
                return await HandOverAsync(started.Told.Answer.Reply, cancellation);
            if (matched.Task?.Key is not { } task)
                continue;

            Told<PollActivityTaskQueueResponse> told;
            try
            {
                told = await shards.AskAsync(
                    new StartActivityTask(WorkflowTarget.Of(task.Run), task.ScheduledEventId, task.Attempt, request, newId()), cancellation);
            }
            catch (OperationCanceledException)
            {
                // The poller went before the start was decided, so the task is still free.
                queues.PutBack(matched);
                return (PollActivityTaskQueueResponse?)null;
            }

            if (told.Answer.Refusal is not { } refusal)
                return await HandOverAsync(told.Answer.Reply, cancellation);
            if (refusal.Code == RefusalCode.NotFound)
                continue;
            queues.PutBack(matched, refusal);
            return refusal;
        }
    }

    /// <summary>Gives the started attempt to the poller, or back to its run if the poller has gone meanwhile.</summary>
    private async ValueTask<PollActivityTaskQueueResponse?> HandOverAsync(PollActivityTaskQueueResponse started, CancellationToken cancellation)
    {
        if (!cancellation.IsCancellationRequested)
            return started;

        // A refusal leaves it to its timeout: whatever the trouble, nobody else can have it before.
        await shards.AskAsync(new ReturnActivityTask(TaskToken.Parse(started.TaskToken)!), CancellationToken.None);
        return null;
    }
}
