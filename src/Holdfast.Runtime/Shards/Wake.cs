using Holdfast.Engine;
using Holdfast.Engine.Workflows;

namespace Holdfast.Runtime.Shards;

/// <summary>Something of a run is due: fire it.</summary>
internal sealed class Wake(RunKey run) : PromisingEnvelope<bool>(WorkflowTarget.Of(run), CancellationToken.None)
{
    /// <summary>The decision changed nothing.</summary>
    public bool WasInVain { get; private set; } = true;

    public override DecidedChange Decide(MutableState? run, DecisionContext context)
    {
        var decision = new FireDueTimers(Target).Decide(run, context);
        WasInVain = decision.Run is null;
        return new DecidedChange(decision.Run, decision.NewRun, decision.MayLag);
    }

    /// <summary>What cannot be fired now is still due in the store, and found there again.</summary>
    public override void Refuse(Refusal refusal)
    {
    }

    public override void Release() => Keep(true);

    public override string ToString() => nameof(FireDueTimers);
}
