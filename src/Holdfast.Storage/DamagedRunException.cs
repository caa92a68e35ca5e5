using Holdfast.Engine;

namespace Holdfast.Storage;

/// <summary>
/// A run's stored data cannot be read. The run is named (with an empty run id where it cannot be told which run of its workflow id is the current one);
/// everything else is served on.
/// </summary>
public sealed class DamagedRunException(RunKey run, string damage, Exception? cause = null)
    : Exception($"The stored data of workflow {run.WorkflowId}{(run.RunId.Length > 0 ? $", run {run.RunId}," : "")} is damaged: {damage}", cause)
{
    public RunKey Run { get; } = run;

    /// <summary>What is damaged, as a sentence without the run's name.</summary>
    public string Damage { get; } = damage;
}
