using Holdfast.Engine;
using Holdfast.Engine.Workflows.Activities;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Holdfast.Runtime.Matching;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// Tasks for pollers that wait already. Such a task need not go out to its queue and come back as a request to start it: it is started in the step
/// that makes it, and the poller hears of it when that step is durable. An activity's start is thereby in the same row and the same commit as what
/// scheduled it.
/// </summary>
/// <remarks>Benchmark: three-activities at 1 and 256 in flight. Safety rests on the release after the commit alone, as for every other answer.</remarks>
internal sealed partial class ShardCore
{
    // For a step that fails before its batch is whole.
    private readonly List<Envelope> startedForPollers = [];

    /// <summary>True when any was started.</summary>
    private bool StartActivitiesForPollers(CachedRun run, Debt debt, ShardBatch batch, DateTime now)
    {
        var started = false;
        if (run.IsDeleted || run.IsSuspect)
            return started;
        foreach (var obligation in debt.Now)
        {
            if (obligation is not Obligation.DispatchActivity task || run.Owed.Contains(task) || environment.Queues.TakePoll(run.Key, task) is not { } poll)
                continue;
            Start(batch, now, poll, new StartActivityTask(
                WorkflowTarget.Of(run.Key), task.ScheduledEventId, task.Attempt, (PollActivityTaskQueueRequest)poll.Poller.Request!, environment.NewId()));
            started = true;
        }

        return started;
    }

    /// <summary>
    /// Called when the row that schedules the task is made already, for the record of the start may lag: it is not in that row, so a crash loses it and
    /// the task is owed again at once. True when the task was started.
    /// </summary>
    private bool StartWorkflowTaskForPoller(CachedRun run, Debt debt, ShardBatch batch, DateTime now)
    {
        if (run.IsDeleted || run.IsSuspect || run.State.WorkflowTask is not { IsStarted: false })
            return false;
        foreach (var obligation in debt.Now)
        {
            if (obligation is not Obligation.DispatchWorkflowTask task)
                continue;
            if (run.Owed.Contains(task) || environment.Queues.TakePoll(run.Key, task) is not { } poll)
                return false;

            var isSticky = poll.Queue.Key.Name != task.TaskQueue;
            Start(batch, now, poll, new StartWorkflowTask(
                WorkflowTarget.Of(run.Key), task.ScheduledEventId, task.Attempt, (PollWorkflowTaskQueueRequest)poll.Poller.Request!, environment.NewId(), isSticky));
            if (!run.IsTouched)
                return false;

            // Its debt is settled with the rest of the run's, not on its own.
            run.IsTouched = false;
            lagging.Add(run);
            return true;
        }

        return false;
    }

    private void Start<TReply>(ShardBatch batch, DateTime now, WaitingPoll poll, IWorkflowRequest<TReply> request)
    {
        var start = new StartForPoller<TReply>(request, poll);
        startedForPollers.Add(start);
        Process(start, batch, now);
    }

    private void PutBackPollers()
    {
        foreach (var start in startedForPollers)
        {
            start.Refuse(Refusal.Unavailable("The step failed."));
            start.Release();
        }

        startedForPollers.Clear();
    }
}
