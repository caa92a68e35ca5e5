using Holdfast.AI.Tracing.Outbox;

namespace Holdfast.AI.Tracing;

/// <summary>The export to Langfuse of this program.</summary>
public sealed class LangfuseTracing
{
    private readonly SpanOutbox outbox;
    private readonly OutboxExporter exporter;

    internal LangfuseTracing(SpanOutbox outbox, OutboxExporter exporter)
    {
        this.outbox = outbox;
        this.exporter = exporter;
    }

    /// <summary>How it stands. Of several processes that share the database only the one that sends knows of a <see cref="TracingHealth.Problem"/>.</summary>
    public TracingHealth Health => outbox.Health(exporter.Problem);
}
