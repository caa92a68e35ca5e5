using Holdfast.Engine;
using Holdfast.Engine.Workflows;

namespace Holdfast.Runtime.Shards;

/// <summary>Asks for a run as it is. It changes nothing, but goes the same way as what does, so that it shows nothing that is not durable.</summary>
internal sealed class Read(WorkflowTarget target, CancellationToken cancellation) : PromisingEnvelope<RunSnapshot?>(target, cancellation)
{
    private Refusal? refused;

    public override DecidedChange Decide(MutableState? run, DecisionContext context) => default;

    public override void Refuse(Refusal refusal) => refused = refusal;

    public override void Release()
    {
        if (refused is null)
            Keep(Snapshot);
        else
            Break(new RequestRefusedException(refused));
    }
}
