using Holdfast.Engine;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Lifecycle;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// Deletes a run of which the store said that it is closed and owes nothing. One that is not in memory is deleted without being loaded: a closed run
/// that owes nothing stays as it is.
/// </summary>
internal sealed class DeleteExpired(RunKey run, CancellationToken cancellation) : PromisingEnvelope<bool>(WorkflowTarget.Of(run), cancellation)
{
    private bool deleted = true;

    public override DecidedChange Decide(MutableState? run, DecisionContext context)
    {
        var decision = new DeleteClosedRun(Target).Decide(run, context);
        deleted = decision.Answer.Reply;
        return new DecidedChange(null, null, MayLag: false, decision.Deletes);
    }

    public override void Refuse(Refusal refusal) => deleted = false;

    public override void Release() => Keep(deleted);
}
