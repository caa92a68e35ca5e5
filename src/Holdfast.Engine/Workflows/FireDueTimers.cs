using Holdfast.Engine.Workflows.Activities;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Timers;
using Holdfast.Engine.Workflows.WorkflowTasks;

namespace Holdfast.Engine.Workflows;

/// <summary>
/// The clock's own request: everything of a run whose time has come. Asked too early, or twice, it finds nothing due and changes nothing.
/// The reply says whether anything was.
/// </summary>
public sealed record FireDueTimers(WorkflowTarget Target) : IWorkflowRequest<bool>
{
    public Decision<bool> Decide(MutableState? run, DecisionContext context)
    {
        if (run is not { IsClosed: false })
            return new Decision<bool> { Answer = false };

        var turn = new Turn(run, context);
        TimeOutRun.IfDue(turn);
        if (turn.State.IsClosed)
            return turn.Reply(true);

        if (FirstTaskIsDue(run, context.Now))
            ScheduleWorkflowTask.Now(turn, context.Now);
        TimeOutWorkflowTask.IfDue(turn);
        TimeOutActivity.AllDue(turn);
        FireTimer.AllDue(turn);
        return turn.Reply(turn.HasChanges);
    }

    /// <summary>The wait before the first task (cron, start delay, back-off) is over.</summary>
    private static bool FirstTaskIsDue(MutableState run, DateTime now) =>
        run is { AwaitsFirstWorkflowTask: true, AwaitsParent: false } && run.ExecutionTime <= now;
}
