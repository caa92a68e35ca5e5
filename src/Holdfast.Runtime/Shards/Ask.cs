using Holdfast.Engine;
using Holdfast.Engine.Workflows;

namespace Holdfast.Runtime.Shards;

/// <summary>A request and its caller.</summary>
internal sealed class Ask<TReply>(IWorkflowRequest<TReply> request, CancellationToken cancellation)
    : PromisingEnvelope<Told<TReply>>(request.Target, cancellation)
{
    private Answer<TReply> answer;

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

    public override void Release() => Keep(new Told<TReply>(answer, Snapshot));

    public override string ToString() => request.GetType().Name;
}
