using Holdfast.Engine;

namespace Holdfast.Storage;

/// <summary>
/// A write does not fit what is stored: its run exists already, or does not exist, or its sequence is taken. Somebody else wrote, or the
/// writer's memory is wrong; nothing of the transaction was written.
/// </summary>
public sealed class CommitConflictException(RunKey run, string problem) : Exception($"Workflow run {run} {problem}")
{
    public RunKey Run { get; } = run;

    public static CommitConflictException Exists(RunKey run) => new(run, "exists already");

    public static CommitConflictException Unknown(RunKey run) => new(run, "does not exist");

    public static CommitConflictException Sequence(RunKey run, long expected, long found) =>
        new(run, $"expects sequence {expected} next, but {found} was to be written");
}
