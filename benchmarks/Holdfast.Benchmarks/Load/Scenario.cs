namespace Holdfast.Benchmarks.Load;

/// <summary>A workflow that runs <paramref name="Activities"/> activities one after the other, and closes.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Activities">Steps, each with <see cref="InputBytes"/> in and <see cref="OutputBytes"/> out.</param>
internal sealed record Scenario(string Name, int Activities)
{
    /// <summary>Bytes of payload data that each activity is given.</summary>
    public const int InputBytes = 2048;

    /// <summary>Bytes of payload data that each activity returns.</summary>
    public const int OutputBytes = 1024;

    public static IReadOnlyList<Scenario> All { get; } = [new("one-activity", 1), new("three-activities", 3)];
}
