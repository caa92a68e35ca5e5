namespace Holdfast.Simulation.Machines;

/// <summary>A timer that goes off once each time it is armed; sometimes a little early, as real ones do.</summary>
internal sealed class SimulatedTimer(World world, SimulatedProcess process, TimerCallback callback, object? state) : ITimer
{
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(1);
    private long version;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
            throw new NotSupportedException("Nothing in the server uses periodic timers.");
        version++;
        if (dueTime == Timeout.InfiniteTimeSpan)
            return true;
        if (dueTime > Early && world.Dice.Chance(0.05))
            dueTime -= Early;
        world.Arm(this, version, world.Now + dueTime);
        return true;
    }

    public void Fire(long armed)
    {
        if (armed == version && !process.IsDead)
            callback(state);
    }

    public void Dispose() => version++;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
