namespace Holdfast.Benchmarks.Soak;

/// <summary>What a workflow waits for next.</summary>
internal enum SoakStep
{
    Activity,

    /// <summary>Fails once, and is retried.</summary>
    FailingActivity,

    Timer,

    Signal,

    Update,
}
