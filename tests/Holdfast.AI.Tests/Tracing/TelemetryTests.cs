using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Holdfast.AI.Tests.Chat;
using Holdfast.AI.Tracing.Telemetry;

namespace Holdfast.AI.Tests.Tracing;

/// <summary>OpenTelemetry for other back ends, listened to as its SDK does. Alone: a listener hears what the whole process does.</summary>
[Collection(Alone.Name)]
public sealed class TelemetryTests
{
    [Fact]
    public async Task Each_request_is_one_span_even_for_somebody_who_listens_to_everything()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Failure(529, "overloaded_error"), OpenAIWire.Failure(500, "server_error"), AnthropicWire.Answer("Hello"));
        await using var bench = await TracingBench.OpenAsync(provider, model: model => model.FallBackTo("openai", "gpt-6.1-sol"));
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var tokens = new ConcurrentQueue<(string Name, long Count, string? Type)>();
        using var meters = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.Meter.Name == TelemetryNames.Source) self.EnableMeasurementEvents(instrument); } };
        meters.SetMeasurementEventCallback<long>((instrument, count, tags, _) => tokens.Enqueue((instrument.Name, count, tags.ToArray().FirstOrDefault(tag => tag.Key == "gen_ai.token.type").Value?.ToString())));
        meters.Start();

        var run = await bench.StartAsync("AgentWorkflow", "Hi");
        await run.EndsAsync<AgentReport>();
        await bench.TraceAsync(run);

        var generations = spans
            .Where(span => span.GetTagItem("gen_ai.operation.name") is not null || span.GetTagItem("gen_ai.request.model") is not null)
            .ToArray();
        Assert.Equal(
            [("Holdfast.AI", "chat claude-sonnet-5-5", "ProviderOverloaded"), ("Holdfast.AI", "chat gpt-6.1-sol", "ProviderUnavailable"), ("Holdfast.AI", "chat claude-sonnet-5-5", null)],
            generations.Select(span => (span.Source.Name, span.DisplayName, span.GetTagItem("error.type") as string)));
        var answered = generations[^1];
        Assert.Equal(
            ("chat", "anthropic", "claude-sonnet-5-5", 17L, 3L, 5L),
            (answered.GetTagItem("gen_ai.operation.name"), answered.GetTagItem("gen_ai.provider.name"), answered.GetTagItem("gen_ai.response.model"),
                answered.GetTagItem("gen_ai.usage.input_tokens"), answered.GetTagItem("gen_ai.usage.output_tokens"), answered.GetTagItem("gen_ai.usage.cache_read.input_tokens")));
        Assert.Equal((ActivityKind.Client, ActivityStatusCode.Error), (answered.Kind, generations[0].Status));
        Assert.Contains(("gen_ai.client.token.usage", 17, "input"), tokens);
        Assert.Contains(("gen_ai.client.token.usage", 3, "output"), tokens);
        // And Langfuse has each of them once as well: it has them from the outbox, and from nowhere else.
        Assert.Equal(3, bench.Langfuse.Observations.Count(one => one.Type == "generation"));
        Assert.Empty(bench.Langfuse.Violations);
    }
}
