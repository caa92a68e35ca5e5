using System.Globalization;

namespace Holdfast.Simulation.Machines;

/// <summary>
/// The one thread on which everything happens: all processes with their clocks. Of all that could go on, the dice say what does; when nothing can, time
/// jumps to where something becomes due. The same seed gives the same story.
/// </summary>
internal sealed class World(int seed, bool keepLog = false)
{
    private const int LinesKept = 300;
    private const ulong HashStart = 14695981039346656037;
    private const ulong HashFactor = 1099511628211;

    private readonly List<(SimulatedProcess Process, Task Task)> ready = [];
    private readonly PriorityQueue<(SimulatedTimer Timer, long Version), (DateTime Due, long Order)> timers = new();
    private readonly Queue<string> lines = new();
    private long timersArmed;

    public int Seed { get; } = seed;

    public Dice Dice { get; } = new(seed);

    public DateTime Now { get; private set; } = new(2031, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>What was broken first; null as long as all promises are kept.</summary>
    public string? Violation { get; private set; }

    /// <summary>No faults any more: what is left must come to its end.</summary>
    public bool IsCalm { get; set; }

    public long Steps { get; private set; }

    /// <summary>Over everything that was told, with its time: two runs with equal hashes went the same way.</summary>
    public ulong Hash { get; private set; } = HashStart;

    public IReadOnlyCollection<string> LastLines => lines;

    public void Tell(string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{Now:HH:mm:ss.ffffff} {what}");
        foreach (var letter in line)
            Mix(letter);
        lines.Enqueue(line);
        if (!keepLog && lines.Count > LinesKept)
            lines.Dequeue();
    }

    public void Violated(string promise)
    {
        Tell($"VIOLATION {promise}");
        Violation ??= promise;
    }

    /// <summary>A fault that happens with this probability, as long as there are faults at all.</summary>
    public bool Mishap(double probability) => !IsCalm && Dice.Chance(probability);

    public void Enqueue(SimulatedProcess process, Task task) => ready.Add((process, task));

    public void Arm(SimulatedTimer timer, long version, DateTime due) => timers.Enqueue((timer, version), (due, ++timersArmed));

    /// <summary>Lets one thing happen; false when nothing ever will again.</summary>
    public bool Step()
    {
        Steps++;
        if (timers.TryPeek(out _, out var next) && (ready.Count == 0 || next.Due <= Now))
        {
            if (next.Due > Now)
                Now = next.Due;
            var (timer, version) = timers.Dequeue();
            timer.Fire(version);
            return true;
        }

        if (ready.Count == 0)
            return false;

        var chosen = Dice.Below(ready.Count);
        Mix((ulong)chosen);
        var (process, task) = ready[chosen];
        ready[chosen] = ready[^1];
        ready.RemoveAt(ready.Count - 1);

        // Computing takes its time too; and so hardly two events have the same.
        Now += TimeSpan.FromMicroseconds(Dice.Below(20));
        process.Execute(task);
        return true;
    }

    private void Mix(ulong value) => Hash = (Hash ^ value) * HashFactor;
}
