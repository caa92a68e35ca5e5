namespace Holdfast.Simulation;

/// <summary>How large a simulation is.</summary>
internal sealed record SimulationOptions
{
    /// <summary>How long there are faults, in virtual time.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Processes of each of the two kinds of worker.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Keeps all that is told, not only its end.</summary>
    public bool KeepLog { get; init; }
}
