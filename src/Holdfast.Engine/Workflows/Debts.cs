using System.Collections.Immutable;
using Holdfast.Engine.Workflows.Activities;
using Holdfast.Engine.Workflows.WorkflowTasks;

namespace Holdfast.Engine.Workflows;

/// <summary><c>Owes(state) -> obligations</c>: all that the server owes the world for a run as it stands.</summary>
public static class Debts
{
    public static Debt Of(MutableState state, DateTime now)
    {
        var due = ImmutableArray.CreateBuilder<Obligation>();
        DateTime? wakeAt = null;

        due.AddRange(Deliveries.Of(state));
        if (state.IsClosed)
        {
            if (due.Count == 0 && state.DeletionRequested)
                due.Add(new Obligation.Delete());
            return due.Count == 0 ? Debt.None : new Debt(due.DrainToImmutable(), null);
        }

        if (state.WorkflowTask is { IsStarted: false } task)
            due.Add(new Obligation.DispatchWorkflowTask(task.ScheduledEventId, task.Attempt, state.TaskQueue, task.IsSticky ? state.StickyQueue : ""));

        if (state is { AwaitsFirstWorkflowTask: true, AwaitsParent: false })
            Wake(state.ExecutionTime);
        if (TimeOutWorkflowTask.Due(state) is { } taskTimeout)
            Wake(taskTimeout.At);
        if (state.RunExpiresAt is { } expiresAt)
            Wake(expiresAt);

        foreach (var (_, activity) in state.PendingActivities)
        {
            if (!activity.IsStarted && activity.ScheduledTime <= now)
                due.Add(new Obligation.DispatchActivity(activity.ScheduledEventId, activity.Attempt, activity.Attributes.TaskQueue.Name));
            else if (!activity.IsStarted)
                Wake(activity.ScheduledTime);
            if (TimeOutActivity.Next(activity) is { } timeout)
                Wake(timeout.At);
        }

        foreach (var (_, timer) in state.PendingTimers)
            Wake(timer.DueTime);

        return new Debt(due.DrainToImmutable(), wakeAt);

        void Wake(DateTime at) => wakeAt = Durations.Earlier(wakeAt, at);
    }
}
