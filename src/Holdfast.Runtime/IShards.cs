using Holdfast.Engine;

namespace Holdfast.Runtime;

/// <summary>
/// The way to every workflow id: requests go to the one shard that its namespace and id hash to. The only seam between one process and a cluster.
/// </summary>
public interface IShards
{
    /// <summary>
    /// Decides a request and answers once what it changed is durable. The snapshot is the targeted run as of this decision
    /// (a new run when the request created one), null when there is none.
    /// </summary>
    ValueTask<Told<TReply>> AskAsync<TReply>(IWorkflowRequest<TReply> request, CancellationToken cancellation);

    /// <summary>The durable state and history of a run; null when there is no such run.</summary>
    /// <exception cref="RequestRefusedException">The shard cannot serve it now, or the run is damaged.</exception>
    ValueTask<RunSnapshot?> ReadAsync(WorkflowTarget target, CancellationToken cancellation);

    /// <summary>
    /// The events with ids from <paramref name="firstEventId"/> to <paramref name="lastEventId"/>, no further than the snapshot's last: out of memory where
    /// they are, else out of the store.
    /// </summary>
    /// <exception cref="RequestRefusedException">The run was deleted meanwhile, or is damaged.</exception>
    ValueTask<HistorySlice> ReadHistoryAsync(RunSnapshot run, long firstEventId, long lastEventId, CancellationToken cancellation);

    /// <summary>
    /// Waits until the run's durable state satisfies <paramref name="until"/> (checked at once and after each commit of the run), or until
    /// <paramref name="cancellation"/>: then it returns the latest snapshot instead of throwing. Null when there is no such run.
    /// </summary>
    /// <exception cref="RequestRefusedException">The shard cannot serve it now, or the run is damaged.</exception>
    ValueTask<RunSnapshot?> WatchAsync(WorkflowTarget target, Func<RunSnapshot, bool> until, CancellationToken cancellation);
}
