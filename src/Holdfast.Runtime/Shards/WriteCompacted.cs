using Holdfast.Engine;
using Holdfast.Engine.Workflows;
using Holdfast.Storage;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// Has a closed run's compacted journal written with the shard's range id. What is in memory of the run stays right: neither its history nor its last
/// sequence changes; and where somebody changed the run since, the store leaves it as it is.
/// </summary>
internal sealed class WriteCompacted(RunWrite write, CancellationToken cancellation) : PromisingEnvelope<bool>(WorkflowTarget.Of(write.Run), cancellation)
{
    private bool written = true;

    public RunWrite Write => write;

    public override DecidedChange Decide(MutableState? run, DecisionContext context) => default;

    public override void Refuse(Refusal refusal) => written = false;

    public override void Release() => Keep(written);
}
