using System.Collections.Concurrent;

namespace Holdfast.Benchmarks.Soak;

/// <summary>What happened in one minute of a soak.</summary>
internal sealed class SoakMinute
{
    private int started;
    private int closed;
    private int failed;

    /// <summary>Milliseconds from the start of a plain workflow (three activities) until its close was seen.</summary>
    public ConcurrentBag<double> PlainMs { get; } = [];

    /// <summary>Milliseconds from an update's request to its outcome, with a worker's turn in it.</summary>
    public ConcurrentBag<double> UpdateMs { get; } = [];

    public int Started => started;

    public int Closed => closed;

    public int Failed => failed;

    public void AddStarted() => Interlocked.Increment(ref started);

    public void AddClosed() => Interlocked.Increment(ref closed);

    public void AddFailed() => Interlocked.Increment(ref failed);
}
