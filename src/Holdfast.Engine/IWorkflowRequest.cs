using Holdfast.Engine.Workflows;

namespace Holdfast.Engine;

/// <summary>
/// Something asked of one workflow id: by a client, a worker, a timer, or another run. Each request is a record in its own file,
/// named in the imperative, that carries the protocol's own request message and decides it.
/// </summary>
public interface IWorkflowRequest<TReply>
{
    WorkflowTarget Target { get; }

    /// <summary>
    /// Decides: pure, and never throws for a caller's mistake. <paramref name="run"/> is the targeted run, or null when there is
    /// none (no run of that id, or no run at all under that workflow id).
    /// </summary>
    Decision<TReply> Decide(MutableState? run, DecisionContext context);
}
