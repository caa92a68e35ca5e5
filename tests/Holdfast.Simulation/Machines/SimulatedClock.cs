namespace Holdfast.Simulation.Machines;

/// <summary>The world's time, with the timers of one process.</summary>
internal sealed class SimulatedClock(World world, SimulatedProcess process) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(world.Now);

    public override long GetTimestamp() => world.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(world, process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
