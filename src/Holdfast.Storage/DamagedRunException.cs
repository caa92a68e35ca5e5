using Holdfast.Engine;

namespace Holdfast.Storage;

/// <summary>A run's stored data cannot be read. The run is named; everything else is served on.</summary>
public sealed class DamagedRunException(RunKey run, string damage, Exception? cause = null)
    : Exception($"The stored data of workflow run {run} is damaged: {damage}", cause)
{
    public RunKey Run { get; } = run;

    /// <summary>What is damaged, as a sentence without the run's name.</summary>
    public string Damage { get; } = damage;
}
