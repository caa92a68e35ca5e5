using Holdfast.Engine;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// When to look at which run again, earliest first. Keeps one time per run, the earliest named: a later one need not be told, since the run is asked again
/// when it wakes. A wake may thus come in vain, but never late.
/// </summary>
internal sealed class WakeQueue
{
    private readonly PriorityQueue<RunKey, DateTime> queue = new();
    private readonly Dictionary<RunKey, DateTime> earliest = [];

    /// <summary>The next wake; null for none.</summary>
    public DateTime? Next
    {
        get
        {
            while (queue.TryPeek(out var run, out var when))
            {
                if (earliest.TryGetValue(run, out var known) && known == when)
                    return when;
                queue.Dequeue();
            }

            return null;
        }
    }

    public void Schedule(in RunKey run, DateTime when)
    {
        if (earliest.TryGetValue(run, out var known) && known <= when)
            return;
        earliest[run] = when;
        queue.Enqueue(run, when);
    }

    /// <summary>Nothing of the run is due any more: waking it would only load it in vain.</summary>
    public void Cancel(in RunKey run) => earliest.Remove(run);

    public bool TryTakeDue(DateTime now, out RunKey run)
    {
        while (queue.TryPeek(out run, out var when) && when <= now)
        {
            queue.Dequeue();
            if (earliest.TryGetValue(run, out var known) && known == when)
            {
                earliest.Remove(run);
                return true;
            }
        }

        return false;
    }

    public void Clear()
    {
        queue.Clear();
        earliest.Clear();
    }
}
