namespace Holdfast.AI.Tracing;

/// <summary>How the export of traces stands.</summary>
public sealed record TracingHealth
{
    /// <summary>Spans and scores that wait to be sent.</summary>
    public required long Waiting { get; init; }

    public required long WaitingBytes { get; init; }

    /// <summary>Since when the oldest waits; null: none does.</summary>
    public required DateTimeOffset? OldestSince { get; init; }

    /// <summary>Sent and taken, since the database was made.</summary>
    public required long Sent { get; init; }

    /// <summary>Set aside because Langfuse does not take them, each with its reason in the table <c>trace_item</c>.</summary>
    public required long Refused { get; init; }

    /// <summary>Given up unsent because more than <see cref="LangfuseOptions.MaxWaitingBytes"/> waited.</summary>
    public required long GivenUp { get; init; }

    /// <summary>Why nothing is sent at the moment; null: nothing is in the way.</summary>
    public required string? Problem { get; init; }
}
