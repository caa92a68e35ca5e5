namespace Holdfast.AI.Tracing.Outbox;

/// <summary>Something to write down for the export. Each may be written again without any effect.</summary>
internal abstract record OutboxEntry
{
    private OutboxEntry()
    {
    }

    /// <summary>Where it goes: see <see cref="LangfuseOptions.ProjectOf"/>.</summary>
    public string Project { get; init; } = "";

    /// <summary>A span began that an activity's attempt is to end.</summary>
    /// <param name="Payload">What is sent if its end is never told.</param>
    internal sealed record Begun(string TraceId, string SpanId, string ActivityId, int Attempt, byte[] Payload) : OutboxEntry;

    /// <summary>A span, complete.</summary>
    internal sealed record Ended(string TraceId, string SpanId, byte[] Payload) : OutboxEntry;

    /// <summary>Nobody will tell any more how these ended: spans of an activity's attempts before this one.</summary>
    internal sealed record AttemptsLost(string TraceId, string ActivityId, int BeforeAttempt) : OutboxEntry;

    /// <summary>The run is closed, so none of its spans will be ended any more.</summary>
    internal sealed record RunClosed(string TraceId) : OutboxEntry;

    internal sealed record Score(string TraceId, string ScoreId, byte[] Payload) : OutboxEntry;
}
