using System.Threading.Tasks.Sources;
using Holdfast.Engine;

namespace Holdfast.Runtime.Shards;

/// <summary>An envelope with a caller who awaits a <typeparamref name="TResult"/>. Its task is to be awaited once, as value tasks are.</summary>
internal abstract class PromisingEnvelope<TResult>(WorkflowTarget target, CancellationToken cancellation) : Envelope(target, cancellation), IValueTaskSource<TResult>
{
    // Callers go on on another thread: the shard's loop must not run their code.
    private ManualResetValueTaskSourceCore<TResult> source = new() { RunContinuationsAsynchronously = true };

    private bool ended;

    public ValueTask<TResult> Task => new(this, source.Version);

    public override void Cancel() => Break(new OperationCanceledException(Cancellation));

    TResult IValueTaskSource<TResult>.GetResult(short token) => source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    // The first end counts: when a step fails half-way, all of its envelopes are refused, those that had their answer too.
    protected void Keep(TResult result)
    {
        if (ended)
            return;
        ended = true;
        source.SetResult(result);
    }

    protected void Break(Exception problem)
    {
        if (ended)
            return;
        ended = true;
        source.SetException(problem);
    }
}
