using System.Diagnostics;
using System.Diagnostics.Metrics;
using Holdfast.AI.Chat;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Tracing.Telemetry;

/// <summary>
/// OpenTelemetry of model requests, by the conventions for generative AI: one span and its metrics for each request to a provider. Nothing is made where
/// nobody listens.
/// </summary>
internal sealed class ModelTelemetry : IModelRequestObserver
{
    private static readonly ActivitySource Source = new(TelemetryNames.Source);
    private static readonly Meter Meter = new(TelemetryNames.Source);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("gen_ai.client.operation.duration", "s", "How long requests to models took.");
    private static readonly Histogram<long> Tokens = Meter.CreateHistogram<long>("gen_ai.client.token.usage", "{token}", "Tokens of requests to models.");

    public ValueTask BeginAsync(ModelRequest request, CancellationToken cancellationToken) => default;

    // The span is made when all of it is known: one that is begun before would not outlive this process either.
    public ValueTask EndAsync(ModelRequest request, ChatAttempt attempt, ChatResponse? response)
    {
        var tags = Tags(request, attempt, response);
        var end = attempt.StartedAt.AddMilliseconds(attempt.LatencyMs);
        using (var span = Source.StartActivity($"chat {request.Model}", ActivityKind.Client, Activity.Current?.Context ?? default, startTime: attempt.StartedAt))
        {
            if (span is not null)
            {
                foreach (var (name, value) in tags)
                    span.SetTag(name, value);
                Detail(span, request, attempt, response);
                if (attempt.Outcome != ChatAttempt.Answered)
                    span.SetStatus(ActivityStatusCode.Error, attempt.Outcome);
                span.SetEndTime(end.UtcDateTime);
            }
        }

        var metered = new TagList([.. tags.Select(tag => KeyValuePair.Create(tag.Name, tag.Value))]);
        Duration.Record(attempt.LatencyMs / 1000.0, metered);
        Count("input", attempt.Usage?.InputTokenCount);
        Count("output", attempt.Usage?.OutputTokenCount);
        return default;

        void Count(string type, long? tokens)
        {
            if (tokens is not { } count)
                return;
            var typed = metered;
            typed.Add("gen_ai.token.type", type);
            Tokens.Record(count, typed);
        }
    }

    // Few values each: they are the metrics' too.
    private static List<(string Name, object? Value)> Tags(ModelRequest request, ChatAttempt attempt, ChatResponse? response)
    {
        List<(string, object?)> tags =
        [
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.provider.name", request.Provider),
            ("gen_ai.request.model", request.Model),
        ];
        if (response?.ModelId is { } model)
            tags.Add(("gen_ai.response.model", model));
        if (attempt.Outcome != ChatAttempt.Answered)
            tags.Add(("error.type", attempt.Outcome));
        return tags;
    }

    private static void Detail(Activity span, ModelRequest request, ChatAttempt attempt, ChatResponse? response)
    {
        span.SetTag("gen_ai.request.max_tokens", request.Options.MaxOutputTokens);
        span.SetTag("gen_ai.response.id", response?.ResponseId);
        span.SetTag("gen_ai.response.finish_reasons", response?.FinishReason is { } reason ? (string[])[reason.Value] : null);
        span.SetTag("gen_ai.usage.input_tokens", attempt.Usage?.InputTokenCount);
        span.SetTag("gen_ai.usage.output_tokens", attempt.Usage?.OutputTokenCount);
        span.SetTag("gen_ai.usage.cache_read.input_tokens", attempt.Usage?.CachedInputTokenCount);
        span.SetTag("gen_ai.conversation.id", request.WorkflowId);
        // As Temporal's own extension for OpenTelemetry names them.
        span.SetTag("temporalWorkflowID", request.WorkflowId);
        span.SetTag("temporalRunID", request.RunId);
        span.SetTag("temporalActivityID", request.ActivityId);
        span.SetTag("holdfast.activity.attempt", request.ActivityId is null ? null : request.ActivityAttempt);
        span.SetTag("holdfast.tenant", request.Tenant);
    }
}
