using Holdfast.Engine;
using Holdfast.Engine.Workflows;

namespace Holdfast.Runtime.Shards;

/// <summary>Has a run loaded, which derives what it owes and hands that out. Recovery is many of these.</summary>
internal sealed class Touch(WorkflowTarget target, CancellationToken cancellation) : PromisingEnvelope<bool>(target, cancellation)
{
    public override DecidedChange Decide(MutableState? run, DecisionContext context) => default;

    /// <summary>A run that cannot be loaded now is in the log, and is served again when it can.</summary>
    public override void Refuse(Refusal refusal)
    {
    }

    public override void Release() => Keep(true);
}
