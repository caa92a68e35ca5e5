using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Runtime.Tests.Shards;

/// <summary>A clock whose timers go off a little before their time, as real ones do: they count on another clock than the one that is read.</summary>
internal sealed class EarlyTimers : FakeTimeProvider
{
    public static readonly TimeSpan Early = TimeSpan.FromMilliseconds(1);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new EarlyTimer(base.CreateTimer(callback, state, Hasten(dueTime), period));

    private static TimeSpan Hasten(TimeSpan dueTime) => dueTime > Early ? dueTime - Early : dueTime;

    private sealed class EarlyTimer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Hasten(dueTime), period);

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
