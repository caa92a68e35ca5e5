using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.AI.Chat;
using Holdfast.AI.Tracing.Outbox;
using Holdfast.AI.Tracing.Prompts;
using Holdfast.AI.Tracing.Spans;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Tracing.Sources;

/// <summary>One generation for each request to a provider, answered or not. It is told twice: as lost when it begins, and as it was when it ended.</summary>
internal sealed class GenerationTracer(SpanWriter writer, SpanEncoder encoder, LangfuseOptions options) : IModelRequestObserver
{
    public async ValueTask BeginAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        if (request is not { RunId: not null, ActivityId: { } activity })
            return;

        var lost = Observe(request, ChatAttempt.Lost, request.StartedAt, request.StartedAt, null, null);
        await writer.WriteAsync(new OutboxEntry.Begun(lost.TraceId, lost.SpanId, activity, request.ActivityAttempt, encoder.Encode(lost)) { Project = options.ProjectOf(request.Tenant) });
    }

    public async ValueTask EndAsync(ModelRequest request, ChatAttempt attempt, ChatResponse? response)
    {
        var ended = Observe(request, attempt.Outcome, attempt.StartedAt, attempt.StartedAt.AddMilliseconds(attempt.LatencyMs), attempt, response);
        await writer.WriteAsync(new OutboxEntry.Ended(ended.TraceId, ended.SpanId, encoder.Encode(ended)) { Project = options.ProjectOf(request.Tenant) });
    }

    private static Observation Observe(ModelRequest request, string outcome, DateTimeOffset start, DateTimeOffset end, ChatAttempt? attempt, ChatResponse? response)
    {
        var run = request is { Namespace: { } space, WorkflowId: { } workflow, RunId: { } id }
            ? new TracedRun { Namespace = space, WorkflowId = workflow, RunId = id, WorkflowType = request.WorkflowType ?? "", Tenant = request.Tenant }
            : null;
        var trace = run?.TraceId ?? TraceIds.Trace(request.Id);
        return new()
        {
            TraceId = trace,
            Run = run,
            SpanId = TraceIds.GenerationOf(trace, request.Id),
            ParentId = run is not null && request.ActivityId is { } activity
                ? TraceIds.ActivityOf(run.Namespace, run.WorkflowId, run.RunId, activity, request.ActivityAttempt)
                : null,
            Type = ObservationType.Generation,
            Name = $"chat {request.Model}",
            Start = start,
            End = end,
            Input = ShownConversation.Of(request.Messages),
            Output = response is null ? null : ShownConversation.Answer(response),
            Level = outcome switch
            {
                ChatAttempt.Answered => ObservationLevel.Default,
                ChatAttempt.Lost => ObservationLevel.Warning,
                _ => ObservationLevel.Error,
            },
            StatusMessage = outcome switch
            {
                ChatAttempt.Answered => null,
                ChatAttempt.Lost => "Cut off: whether the provider answered is not known.",
                _ => attempt?.StatusCode is { } status ? string.Create(CultureInfo.InvariantCulture, $"{outcome} ({status})") : outcome,
            },
            Metadata =
            [
                ("outcome", outcome),
                ("provider", request.Provider),
                ("model_name", request.ModelName),
                ("credential", request.Credential),
                ("request_id", attempt?.RequestId),
                ("finish_reason", response?.FinishReason?.Value),
                ("activity_id", request.ActivityId),
                ("attempt", Text(request.ActivityAttempt)),
                ("request_number", Text(request.Number)),
            ],
            Generation = new()
            {
                Model = response?.ModelId ?? request.Model,
                Parameters = Parameters(request),
                Usage = ModelUsage.ByKind(attempt?.Usage),
                CostUsd = attempt?.CostUsd,
                Prompt = DurablePrompts.LinkOf(request.Options),
                FirstToken = attempt?.FirstTokenMs is { } first ? start.AddMilliseconds(first) : null,
            },
        };
    }

    private static JsonObject Parameters(ModelRequest request)
    {
        var parameters = new JsonObject();
        Add("max_tokens", request.Options.MaxOutputTokens);
        Add("effort", request.Options.Reasoning?.Effort?.ToString().ToLowerInvariant());
        Add("stream", request.Streamed ? true : null);
        Add("response_format", request.Options.ResponseFormat is ChatResponseFormatJson ? "json" : null);
        if (request.Options.Tools is { Count: > 0 } tools)
            parameters["tools"] = new JsonArray([.. tools.Select(tool => (JsonNode)tool.Name)]);
        return parameters;

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
                parameters[name] = value;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
