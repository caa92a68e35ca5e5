using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.AI.Approvals;
using Holdfast.AI.Tracing.Outbox;
using Holdfast.AI.Tracing.Spans;

namespace Holdfast.AI.Tracing.Sources;

/// <summary>
/// A closed run's approvals: a span from the request to the decision, and what the decision says of the run's quality as scores. Times and ids
/// are those of the approval, so a score that is told again is the same one.
/// </summary>
internal sealed class ApprovalTrace(SpanEncoder encoder, LangfuseOptions options)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SpanMask mask = new(options.Mask);

    public IEnumerable<OutboxEntry> Of(ClosedRun run, ApprovalView approval)
    {
        var root = run.Root;
        var end = approval.Decision?.At ?? (approval.ExpiresAt < run.ClosedAt ? approval.ExpiresAt : run.ClosedAt);
        var state = approval.State.ToString().ToLowerInvariant();
        var span = new Observation
        {
            TraceId = root.TraceId,
            Run = root.Run,
            SpanId = TraceIds.ApprovalOf(root.Run!.Namespace, root.Run.WorkflowId, root.Run.RunId, approval.Id),
            ParentId = root.SpanId,
            Type = ObservationType.Span,
            Name = "approval",
            Start = approval.RequestedAt,
            End = end,
            Input = new JsonObject
            {
                ["subject"] = approval.Subject,
                ["content"] = approval.Original,
                ["context"] = new JsonObject(approval.Context.GroupBy(fact => fact.Label).Select(facts => KeyValuePair.Create(facts.Key, (JsonNode?)facts.Last().Value))),
            },
            Output = new JsonObject
            {
                ["state"] = state,
                ["content"] = approval.Content,
                ["by"] = approval.Decision?.By,
                ["comment"] = approval.Decision?.Comment,
            },
            Level = approval.State is ApprovalState.Approved or ApprovalState.Rejected ? ObservationLevel.Default : ObservationLevel.Warning,
            StatusMessage = approval.State switch
            {
                ApprovalState.Expired => "Nobody decided in time.",
                ApprovalState.Pending => "The run was closed before anybody decided.",
                _ => null,
            },
            Metadata = [("approval_id", approval.Id), ("edited", approval.Decision is { } decision ? (decision.Edited ? "true" : "false") : null)],
        };
        yield return new OutboxEntry.Ended(span.TraceId, span.SpanId, encoder.Encode(span)) { Project = options.ProjectOf(root.Run.Tenant) };

        if (approval.State is ApprovalState.Pending)
            yield break;
        yield return Score(span, "approval", "CATEGORICAL", state, approval.Decision?.Comment);
        if (approval.State is not ApprovalState.Approved)
            yield break;
        var edited = approval.Decision?.Edited is true;
        yield return Score(span, "approval-edited", "BOOLEAN", edited ? 1 : 0, null);
        if (edited)
            yield return Score(span, "approval-edit-distance", "NUMERIC", EditDistance.Between(approval.Original, approval.Content), null);
    }

    private OutboxEntry.Score Score(Observation span, string name, string type, JsonNode value, string? comment)
    {
        var id = $"{span.TraceId}-{span.SpanId}-{name}";
        var body = new JsonObject
        {
            ["id"] = id,
            ["traceId"] = span.TraceId,
            ["observationId"] = span.SpanId,
            ["name"] = name,
            ["dataType"] = type,
            ["value"] = value,
        };
        if (comment is not null && options.ShowsContent(span.Run?.Tenant))
            body["comment"] = mask.Text(comment);
        if (options.Environment is { } environment)
            body["environment"] = environment;
        // Langfuse knows a score again only on the day of its time: it must be the decision's, not the sending's.
        var score = new JsonObject
        {
            ["id"] = id,
            ["type"] = "score-create",
            ["timestamp"] = span.End.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["body"] = body,
        };
        return new(span.TraceId, id, JsonSerializer.SerializeToUtf8Bytes(score, Plain)) { Project = options.ProjectOf(span.Run?.Tenant) };
    }
}
