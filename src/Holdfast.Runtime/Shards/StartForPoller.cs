using Holdfast.Engine;
using Holdfast.Engine.Workflows;
using Holdfast.Runtime.Matching;

namespace Holdfast.Runtime.Shards;

/// <summary>Starts a task for a poller that waits already, in the step that makes the task: the poller hears of it when that step is durable.</summary>
internal sealed class StartForPoller<TReply>(IWorkflowRequest<TReply> request, WaitingPoll poll) : Envelope(request.Target, CancellationToken.None)
{
    private Answer<TReply> answer;
    private bool ended;

    public override DecidedChange Decide(MutableState? run, DecisionContext context)
    {
        var decision = request.Decide(run, context);
        answer = decision.Answer;
        return new DecidedChange(decision.Run, decision.NewRun, decision.MayLag, decision.Deletes);
    }

    public override void Refuse(Refusal refusal)
    {
        answer = refusal;
        Snapshot = null;
    }

    /// <summary>What could not be started is still owed; the poller need not hear of it.</summary>
    public override void Release()
    {
        if (ended)
            return;
        ended = true;
        if (answer.Refusal is null)
            poll.SetResult(new StartedTask<TReply>(poll.Queue, new Told<TReply>(answer, Snapshot)));
        else
            poll.PollOn();
    }

    public override void Cancel() => Release();

    public override string ToString() => request.GetType().Name;
}
