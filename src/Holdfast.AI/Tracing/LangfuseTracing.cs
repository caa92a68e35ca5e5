using Holdfast.AI.Tracing.Outbox;

namespace Holdfast.AI.Tracing;

/// <summary>The export to Langfuse of this program.</summary>
public sealed class LangfuseTracing
{
    private readonly SpanOutbox outbox;
    private readonly IReadOnlyList<OutboxExporter> exporters;

    internal LangfuseTracing(SpanOutbox outbox, IReadOnlyList<OutboxExporter> exporters)
    {
        this.outbox = outbox;
        this.exporters = exporters;
    }

    /// <summary>How it stands. Of several processes that share the database only the one that sends knows of a <see cref="TracingHealth.Problem"/>.</summary>
    public TracingHealth Health => outbox.Health(exporters.Select(exporter => exporter.Problem).FirstOrDefault(problem => problem is not null));
}
