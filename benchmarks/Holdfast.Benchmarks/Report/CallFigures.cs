namespace Holdfast.Benchmarks.Report;

/// <summary>What calls to open workflows gave. Null where it could not be measured.</summary>
/// <param name="Scenario">What was called, as the command line has it.</param>
/// <param name="InFlight">Calls on their way at once.</param>
/// <param name="LatencyMs">From before a call until its answer.</param>
/// <param name="ServerCpuMsPerCall">The worker's turns that the calls lead to are in it.</param>
/// <param name="FlushesPerThousandCalls">How often the disk was flushed.</param>
internal sealed record CallFigures(
    string Scenario,
    int InFlight,
    int Calls,
    double CallsPerSecond,
    LatencyFigures LatencyMs,
    double ServerCpuMsPerCall,
    double ClientCpuMsPerCall,
    double ResidentMegabytes,
    double? FlushesPerThousandCalls);
