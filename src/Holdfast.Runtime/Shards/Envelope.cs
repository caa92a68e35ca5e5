using Holdfast.Engine;
using Holdfast.Engine.Workflows;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// Something asked of a shard, on its way through: inbox, decision, commit, release. It is also the promise that its caller awaits, so that a request
/// costs one object and one channel write.
/// </summary>
internal abstract class Envelope(WorkflowTarget target, CancellationToken cancellation) : ShardMessage
{
    public WorkflowTarget Target { get; } = target;

    /// <summary>The targeted run, where the target names one.</summary>
    public RunKey Key => new(Target.NamespaceId, Target.WorkflowId, Target.RunId);

    /// <summary>The caller has gone: what is not decided yet need not be.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Counted against the bound of the inbox, until it is first taken to be decided; the shard's own messages never are.</summary>
    public bool IsCounted { get; set; }

    /// <summary>Why the run could not be loaded; null when it could.</summary>
    public Refusal? LoadProblem { get; set; }

    /// <summary>The run as of the decision.</summary>
    public RunSnapshot? Snapshot { get; set; }

    /// <summary>Decides, and keeps the answer until the release.</summary>
    public abstract DecidedChange Decide(MutableState? run, DecisionContext context);

    /// <summary>Replaces whatever the answer was. The release still has to follow.</summary>
    public abstract void Refuse(Refusal refusal);

    /// <summary>Hands the answer to the caller; the second time nothing happens.</summary>
    public abstract void Release();

    /// <summary>Ends the caller's wait with a cancellation, instead of a release.</summary>
    public abstract void Cancel();
}
