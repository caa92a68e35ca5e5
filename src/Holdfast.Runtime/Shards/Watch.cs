using Holdfast.Engine;
using Holdfast.Engine.Workflows;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// Waits for a run to become something. Checked when it comes to its run, then after each commit; when the shard reloads it begins anew.
/// </summary>
internal sealed class Watch(WorkflowTarget target, Func<RunSnapshot, bool> until, CancellationToken cancellation)
    : PromisingEnvelope<RunSnapshot?>(target, cancellation)
{
    private Refusal? refused;
    private CancellationTokenRegistration registration;

    /// <summary>The caller has its answer.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Calls back when the caller wants to wait no longer; at once when it is so already.</summary>
    public void OnCancelled(Action<Watch> cancelled)
    {
        registration.Unregister();
        registration = Cancellation.UnsafeRegister(static state =>
        {
            var (watch, cancelled) = ((Watch, Action<Watch>))state!;
            cancelled(watch);
        }, (this, cancelled));
    }

    public override DecidedChange Decide(MutableState? run, DecisionContext context) => default;

    /// <summary>Looks at a new snapshot; true when the wait is over.</summary>
    public bool Check(RunSnapshot snapshot)
    {
        if (IsOver)
            return true;

        try
        {
            Snapshot = snapshot;
            if (!Cancellation.IsCancellationRequested && !until(snapshot))
                return false;
            Release();
        }
#pragma warning disable CA1031 // The caller's own condition failed: the caller hears of it, the shard goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            End();
            Break(e);
        }

        return true;
    }

    public override void Refuse(Refusal refusal) => refused = refusal;

    /// <summary>Ends the wait with the snapshot seen last.</summary>
    public override void Release()
    {
        if (IsOver)
            return;
        End();
        if (refused is null)
            Keep(Snapshot);
        else
            Break(new RequestRefusedException(refused));
    }

    /// <summary>Ends the wait because the run is no more.</summary>
    public void EndWithout()
    {
        Snapshot = null;
        Release();
    }

    public override void Cancel() => Release();

    private void End()
    {
        IsOver = true;
        registration.Unregister();
    }
}
