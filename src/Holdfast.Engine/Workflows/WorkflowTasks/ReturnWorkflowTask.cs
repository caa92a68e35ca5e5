using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>
/// The poller for which the task was started has gone, and nobody was told of it. Its start may stand in the history already, so it ends as it would
/// without this, by running out of time, but now rather than after its timeout. The reply says whether it was still running.
/// </summary>
public sealed record ReturnWorkflowTask(TaskToken Token) : IWorkflowRequest<bool>
{
    public WorkflowTarget Target => Token.Target;

    public Decision<bool> Decide(MutableState? run, DecisionContext context)
    {
        if (RunningTask.Find(run, Token) is not null)
            return new Decision<bool> { Answer = false };

        var turn = new Turn(run!, context);
        TimeOutWorkflowTask.Record(turn, TimeoutType.StartToClose);
        return turn.Reply(true);
    }
}
