using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.AI.Text;

namespace Holdfast.AI.Tracing.Spans;

/// <summary>
/// Writes an observation as one span of OTLP's JSON form, with the attributes that Langfuse reads, masked and within limits. The same
/// observation gives the same bytes.
/// </summary>
internal sealed class SpanEncoder(LangfuseOptions options)
{
    /// <summary>Of one span, in bytes. A request holds several, and Langfuse's cloud takes 5 MB.</summary>
    public const int MaxSpanBytes = 1_000_000;

    private const int MaxStatusLength = 2_000;
    private const int MaxNameLength = 200;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions PlainNodes = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SpanMask mask = new(options.Mask);

    public byte[] Encode(Observation observation)
    {
        var shown = options.ShowsContent(observation.Run?.Tenant);
        var input = shown ? Content(observation.Input) : null;
        var output = shown ? Content(observation.Output) : null;
        for (var limit = options.MaxContentLength; ; limit /= 2)
        {
            var bytes = Encode(observation, Cut(input, limit), Cut(output, limit));
            // Characters may take several bytes. Without any content a span is far below the limit.
            if (bytes.Length <= MaxSpanBytes || limit == 0)
                return bytes;
        }
    }

    private byte[] Encode(Observation observation, string? input, string? output)
    {
        var run = observation.Run;
        var labels = run is null ? null : options.Label?.Invoke(run) ?? new();
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartObject();
        json.WriteString("traceId", observation.TraceId);
        json.WriteString("spanId", observation.SpanId);
        if (observation.ParentId is { } parent)
            json.WriteString("parentSpanId", parent);
        json.WriteString("name", Short(observation.Name, MaxNameLength));
        // Internal, or a client's.
        json.WriteNumber("kind", observation.Type is ObservationType.Generation ? 3 : 1);
        json.WriteString("startTimeUnixNano", UnixNano(observation.Start));
        json.WriteString("endTimeUnixNano", UnixNano(observation.End < observation.Start ? observation.Start : observation.End));
        json.WriteStartObject("status");
        if (observation.Level is ObservationLevel.Error)
            json.WriteNumber("code", 2);
        json.WriteEndObject();
        json.WriteStartArray("attributes");
        Text("langfuse.observation.type", Lower(observation.Type));
        if (observation.Level is not ObservationLevel.Default)
            Text("langfuse.observation.level", Upper(observation.Level));
        Text("langfuse.observation.status_message", observation.StatusMessage is { } status ? Short(status, MaxStatusLength) : null);
        Text("langfuse.observation.input", input);
        Text("langfuse.observation.output", output);
        Text("langfuse.environment", options.Environment);
        Text("langfuse.release", options.Release);
        if (run is not null)
            Trace(run, labels!);
        foreach (var (key, value) in observation.Metadata)
            Text($"langfuse.observation.metadata.{key}", value is null ? null : Short(value, TraceLabels.MaxLength));
        if (observation.Generation is { } generation)
            Generation(generation);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();

        void Trace(TracedRun run, TraceLabels labels)
        {
            Text("langfuse.trace.name", Short(labels.Name ?? run.WorkflowType, TraceLabels.MaxLength));
            Text("user.id", labels.UserId is { } user ? Short(user, TraceLabels.MaxLength) : null);
            Text("session.id", Short(labels.SessionId ?? run.WorkflowId, TraceLabels.MaxLength));
            if (labels.Tags.Count > 0)
                Texts("langfuse.trace.tags", labels.Tags);
            Text("langfuse.trace.metadata.workflow_id", Short(run.WorkflowId, TraceLabels.MaxLength));
            Text("langfuse.trace.metadata.run_id", run.RunId);
            Text("langfuse.trace.metadata.workflow_type", Short(run.WorkflowType, TraceLabels.MaxLength));
            Text("langfuse.trace.metadata.namespace", Short(run.Namespace, TraceLabels.MaxLength));
            Text("langfuse.trace.metadata.tenant", Short(run.Tenant, TraceLabels.MaxLength));
            foreach (var (key, value) in labels.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                Text($"langfuse.trace.metadata.{key}", Short(value, TraceLabels.MaxLength));
        }

        void Generation(GenerationFacts facts)
        {
            Text("langfuse.observation.model.name", Short(facts.Model, TraceLabels.MaxLength));
            Text("langfuse.observation.model.parameters", facts.Parameters is { Count: > 0 } parameters ? mask.Json(parameters)!.ToJsonString(PlainNodes) : null);
            if (facts.Usage is { Count: > 0 } usage)
            {
                Text("langfuse.observation.usage_details", new JsonObject(
                    usage.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))).ToJsonString());
            }

            // With the total always: Langfuse adds a total up only of keys that it knows.
            if (facts.CostUsd is { } cost)
                Text("langfuse.observation.cost_details", $$"""{"total":{{cost.ToString("0.############", CultureInfo.InvariantCulture)}}}""");
            if (facts.FirstToken is { } first)
                Text("langfuse.observation.completion_start_time", first.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            if (facts.Prompt is { } prompt)
            {
                Text("langfuse.observation.prompt.name", prompt.Name);
                Attribute("langfuse.observation.prompt.version", () => json.WriteString("intValue", prompt.Version.ToString(CultureInfo.InvariantCulture)));
            }
        }

        void Text(string key, string? value)
        {
            if (value is not null)
                Attribute(key, () => json.WriteString("stringValue", value));
        }

        void Texts(string key, IEnumerable<string> values) => Attribute(key, () =>
        {
            json.WriteStartObject("arrayValue");
            json.WriteStartArray("values");
            foreach (var value in values)
            {
                json.WriteStartObject();
                json.WriteString("stringValue", Short(value, TraceLabels.MaxLength));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

        void Attribute(string key, Action value)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteStartObject("value");
            value();
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    // A text stays itself; anything else is sent as JSON.
    private string? Content(JsonNode? content) =>
        content is null ? null
        : content is JsonValue value && value.TryGetValue<string>(out var text) ? mask.Text(text)
        : mask.Json(content)!.ToJsonString(PlainNodes);

    private static string? Cut(string? text, int limit)
    {
        if (text is null || text.Length <= limit)
            return text;

        var mark = string.Create(CultureInfo.InvariantCulture, $"… [cut: {text.Length} characters]");
        return PlainText.Cap(text, Math.Max(limit, mark.Length), mark);
    }

    private string Short(string text, int limit) => PlainText.Cap(mask.Text(text), limit, "…");

    private static string UnixNano(DateTimeOffset at) => ((at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100).ToString(CultureInfo.InvariantCulture);

    private static string Lower(ObservationType type) => type switch
    {
        ObservationType.Span => "span",
        ObservationType.Generation => "generation",
        ObservationType.Tool => "tool",
        ObservationType.Chain => "chain",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Upper(ObservationLevel level) => level switch
    {
        ObservationLevel.Default => "DEFAULT",
        ObservationLevel.Warning => "WARNING",
        ObservationLevel.Error => "ERROR",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
