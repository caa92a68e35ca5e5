using Holdfast.Engine;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Holdfast.Runtime.Queries;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>How workers get workflow tasks and bring them back.</summary>
/// <param name="newId">Gives a fresh request id for each start.</param>
public sealed class WorkflowTaskPolls(IShards shards, TaskQueues queues, WorkflowQueries queries, TimeProvider time, Func<string> newId)
{
    /// <summary>
    /// <c>PollWorkflowTaskQueue</c>: waits for a workflow task or a query. Null when <paramref name="wait"/> was over, the worker is shutting down, or
    /// the call was cancelled: the protocol's empty response.
    /// </summary>
    public async ValueTask<Answer<WorkflowTaskReply?>> PollAsync(
        string namespaceId, PollWorkflowTaskQueueRequest request, TimeSpan wait, CancellationToken cancellation)
    {
        var key = new TaskQueueKey(namespaceId, request.TaskQueue.Name, TaskQueueType.Workflow);
        var poller = Poller.Of(request);
        var deadline = time.GetUtcNow() + wait;
        while (true)
        {
            var matched = await queues.PollAsync(key, poller, deadline - time.GetUtcNow(), cancellation);
            if (matched is null)
                return (WorkflowTaskReply?)null;
            if (matched is StartedTask<WorkflowTaskStart> started)
                return await HandOverAsync(started.Told, cancellation);
            if (matched is { Task: null, Query: null })
                continue;
            if (cancellation.IsCancellationRequested)
            {
                queues.PutBack(matched);
                return (WorkflowTaskReply?)null;
            }

            if (matched.Query is { } query)
            {
                if (await queries.HandOverAsync(query, matched.Queue.Key.Name) is { } task)
                    return task;
                continue;
            }

            if (await StartAsync(matched, request, cancellation) is { } answer)
                return answer;
        }
    }

    /// <summary>
    /// <c>RespondWorkflowTaskCompleted</c>: the worker's whole turn, the answers to queries that came with its task included. The answer may carry the
    /// next task.
    /// </summary>
    public async ValueTask<Answer<CompletedWorkflowTask>> CompleteAsync(
        TaskToken token, RespondWorkflowTaskCompletedRequest request, CancellationToken cancellation)
    {
        var run = new RunKey(token.NamespaceId, token.WorkflowId, token.RunId);
        using var answers = queries.Hold(run, request.QueryResults);
        var told = await shards.AskAsync(new CompleteWorkflowTask(token, request), cancellation);
        if (told.Answer.Refusal is { } refusal)
            return refusal;

        answers?.Give();
        var completion = told.Answer.Reply;
        if (completion.NextTask is not { } next)
            return new CompletedWorkflowTask(completion.Response, null);

        queries.Attach(run, next.Head);
        return new CompletedWorkflowTask(completion.Response, await WorkflowTaskReply.OfAsync(shards, next, told.Run!, cancellation));
    }

    /// <summary>Null when the task is not owed any more: wait for another one.</summary>
    private async ValueTask<Answer<WorkflowTaskReply?>?> StartAsync(
        MatchedTask matched, PollWorkflowTaskQueueRequest request, CancellationToken cancellation)
    {
        var task = matched.Task!;
        var isSticky = matched.Queue.Key.Name != task.NormalQueue;
        Told<WorkflowTaskStart> told;
        try
        {
            told = await shards.AskAsync(
                new StartWorkflowTask(WorkflowTarget.Of(task.Key.Run), task.Key.ScheduledEventId, task.Key.Attempt, request, newId(), isSticky),
                cancellation);
        }
        catch (OperationCanceledException)
        {
            // The poller went before the start was decided, so the task is still free.
            queues.PutBack(matched);
            return (WorkflowTaskReply?)null;
        }

        if (told.Answer.Refusal is not { } refusal)
            return await HandOverAsync(told, cancellation);

        if (refusal.Code == RefusalCode.NotFound)
            return null;
        queues.PutBack(matched, refusal);
        return (Answer<WorkflowTaskReply?>)refusal;
    }

    /// <summary>Gives the started task to the poller, or back to its run if the poller has gone meanwhile.</summary>
    private async ValueTask<WorkflowTaskReply?> HandOverAsync(Told<WorkflowTaskStart> told, CancellationToken cancellation)
    {
        var start = told.Answer.Reply;
        if (!cancellation.IsCancellationRequested)
        {
            queries.Attach(told.Run!.State.Key, start.Head);
            return await WorkflowTaskReply.OfAsync(shards, start, told.Run, cancellation);
        }

        // A refusal leaves it to its timeout: whatever the trouble, nobody else can have it before.
        await shards.AskAsync(new ReturnWorkflowTask(TaskToken.Parse(start.Head.TaskToken)!), CancellationToken.None);
        return null;
    }
}
