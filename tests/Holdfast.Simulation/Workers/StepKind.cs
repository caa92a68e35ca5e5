namespace Holdfast.Simulation.Workers;

/// <summary>What one step of a simulated workflow does.</summary>
internal enum StepKind
{
    Activities,
    Timer,
    TimerRace,
    Signals,
    Marker,
    Memo,
    Child,
    SignalOther,
    CancelOther,
}
