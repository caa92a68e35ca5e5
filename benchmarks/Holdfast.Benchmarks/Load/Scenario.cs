namespace Holdfast.Benchmarks.Load;

/// <summary>A workflow that runs <paramref name="Activities"/> activities one after the other, then <paramref name="Timers"/> timers, and closes.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Activities">Steps, each with <see cref="InputBytes"/> in and <see cref="OutputBytes"/> out.</param>
/// <param name="Timers">Timers of <see cref="TimerSeconds"/> each, one after the other.</param>
/// <param name="IsEager">The first workflow task comes with the answer to the start, activities with the answer to the task that schedules them.</param>
internal sealed record Scenario(string Name, int Activities, int Timers = 0, bool IsEager = false)
{
    /// <summary>Bytes of payload data that each activity is given.</summary>
    public const int InputBytes = 2048;

    /// <summary>Bytes of payload data that each activity returns.</summary>
    public const int OutputBytes = 1024;

    public const int TimerSeconds = 1;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("one-activity", 1),
        new("three-activities", 3),
        new("ten-activities", 10),
        new("timers", 0, Timers: 1),
        new("all-eager", 3, IsEager: true),
    ];

    public int Steps => Activities + Timers;
}
