namespace Holdfast.Engine;

/// <summary>What a request leads to: an answer for the caller, and the changes that must be durable before the caller hears it.</summary>
public sealed record Decision<TReply>
{
    /// <summary>The reply, or the refusal, that the caller gets once the changes are durable.</summary>
    public required Answer<TReply> Answer { get; init; }

    /// <summary>The targeted run's change, or null when nothing changes.</summary>
    public RunChange? Run { get; init; }

    /// <summary>A run created by this decision, in the same workflow id; it becomes the current run.</summary>
    public RunChange? NewRun { get; init; }

    /// <summary>
    /// The answer may leave before the records are on disk, and the records may wait for the run's next commit: losing them in a
    /// crash loses nothing, because the obligation that they record as met is simply owed again. So is the start of a workflow task.
    /// </summary>
    public bool MayLag { get; init; }

    /// <summary>The targeted run, with the change if there is one, is deleted: from here on there is no such run.</summary>
    public bool Deletes { get; init; }

    public static implicit operator Decision<TReply>(Refusal refusal) => new() { Answer = refusal };
}
