using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.AI.Tracing;
using Holdfast.AI.Tracing.Spans;
using Holdfast.Tests.Langfuse;

namespace Holdfast.AI.Tests.Tracing;

/// <summary>What a span says, read as Langfuse reads it.</summary>
public sealed class SpanEncoderTests
{
    private static readonly Observation Generation = OutboxBench.Span(1) with
    {
        Type = ObservationType.Generation,
        Name = "chat claude-sonnet-5-5",
        ParentId = "5c0ffee05c0ffee0",
        Generation = new()
        {
            Model = "claude-sonnet-5-5",
            Parameters = new() { ["max_tokens"] = 4096 },
            Usage = new Dictionary<string, long> { ["output"] = 7, ["input"] = 10, ["input_cache_read"] = 3000 },
            CostUsd = 0.0000901m,
            FirstToken = DateTimeOffset.UnixEpoch.AddSeconds(1.5),
            Prompt = ("support/draft", 3),
        },
    };

    [Fact]
    public void A_generation_tells_model_tokens_cost_prompt_and_first_token()
    {
        var read = Read(Generation);

        Assert.Equal(("generation", "chat claude-sonnet-5-5", "5c0ffee05c0ffee0", "DEFAULT"), (read.Type, read.Name, read.ParentId, read.Level));
        Assert.Equal("claude-sonnet-5-5", read.Model);
        Assert.Equal(4096, read.ModelParameters!["max_tokens"]!.GetValue<int>());
        Assert.Equal((10, 7, 3000), (read.Usage["input"], read.Usage["output"], read.Usage["input_cache_read"]));
        Assert.Equal(0.0000901m, read.Cost["total"]);
        Assert.Equal(("support/draft", 3), (read.PromptName, read.PromptVersion));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(1.5), read.CompletionStart);
        Assert.Equal((Generation.Start, Generation.End), (read.Start, read.End));
    }

    [Fact]
    public void A_cost_that_is_not_known_is_not_told_as_none() =>
        Assert.Empty(Read(Generation with { Generation = Generation.Generation! with { CostUsd = null } }).Cost);

    [Fact]
    public void Every_span_tells_of_which_run_it_is_and_what_its_trace_is_found_by()
    {
        var read = Read(OutboxBench.Span(1), new()
        {
            Environment = "production",
            Release = "7",
            Label = run => new() { UserId = "ada", Tags = ["support", run.Tenant], Metadata = new Dictionary<string, string> { ["mailbox"] = "m1" } },
        });

        Assert.Equal(("Agent", "ada", "w", "production", "7"), (read.TraceName, read.UserId, read.SessionId, read.Environment, read.Release));
        Assert.Equal(["support", "default"], read.Tags);
        Assert.Equal(("w", "r", "Agent", "default", "m1"), (read.Metadata["workflow_id"], read.Metadata["run_id"], read.Metadata["workflow_type"], read.Metadata["tenant"], read.Metadata["mailbox"]));
        Assert.Equal(TraceIds.TraceOf("default", "w", "r"), read.TraceId);
    }

    [Fact]
    public void A_failure_is_an_error_with_its_message()
    {
        var read = Read(OutboxBench.Span(1) with { Level = ObservationLevel.Error, StatusMessage = "overloaded" });

        Assert.Equal(("ERROR", "overloaded"), (read.Level, read.StatusMessage));
    }

    [Fact]
    public void The_same_observation_is_the_same_bytes() =>
        Assert.Equal(new SpanEncoder(new()).Encode(Generation), new SpanEncoder(new()).Encode(Generation with { }));

    [Theory]
    [InlineData("sk-ant-api03-AAAABBBBCCCCDDDDEEEE")]
    [InlineData("sk-lf-1234567890abcdef-1234")]
    [InlineData("AKIAIOSFODNN7EXAMPLE")]
    [InlineData("ghp_0123456789abcdefghijABCDEFGHIJ012345")]
    [InlineData("Bearer abcdefghijklmnopqrstuvwxyz")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----")]
    public void What_looks_like_a_key_leaves_in_no_field(string key)
    {
        var sent = Sent(Generation with
        {
            Name = $"chat {key}",
            Input = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = $"My key is {key}, thanks", [key] = 1 }),
            Output = $"You told me {key}.",
            StatusMessage = key,
            Metadata = [("note", key)],
            Generation = Generation.Generation! with { Parameters = new() { ["stop"] = key } },
        });

        Assert.DoesNotContain(key[..^4], sent, StringComparison.Ordinal);
        Assert.DoesNotContain(key[4..].Replace("\n", "\\n", StringComparison.Ordinal), sent, StringComparison.Ordinal);
        Assert.Contains("You told me [masked].", sent, StringComparison.Ordinal);
        Assert.Contains(", thanks", sent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_programs_own_rule_masks_every_text()
    {
        var read = Read(
            OutboxBench.Span(1) with { Input = new JsonObject { ["mail"] = "from ada@example.org" }, Output = "to ada@example.org", StatusMessage = "ada@example.org" },
            new() { Mask = text => text.Replace("ada@example.org", "<mail>", StringComparison.Ordinal) });

        Assert.Equal(("""{"mail":"from <mail>"}""", "to <mail>", "<mail>"), (read.Input, read.Output, read.StatusMessage));
    }

    [Fact]
    public void A_rule_that_fails_lets_nothing_through()
    {
        var sent = Sent(OutboxBench.Span(1, "secret words"), new() { Mask = text => text.Contains("secret", StringComparison.Ordinal) ? throw new InvalidOperationException(text) : text });

        Assert.DoesNotContain("secret words", sent, StringComparison.Ordinal);
        Assert.Contains(SpanMask.Failed, sent, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_content_only_facts_leave()
    {
        var read = Read(Generation with { Input = "question", Output = "answer" }, new() { Content = false });

        Assert.Equal((null, null, 10), (read.Input, read.Output, read.Usage["input"]));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('€')]
    [InlineData('\u0001')]
    public void A_long_text_is_cut_and_says_so(char letter)
    {
        var bytes = new SpanEncoder(new()).Encode(OutboxBench.Span(1) with { Input = new string(letter, 3_000_000), Output = new string(letter, 150_000) });
        var read = Read(bytes);

        Assert.InRange(bytes.Length, 1, SpanEncoder.MaxSpanBytes);
        Assert.EndsWith("… [cut: 3000000 characters]", read.Input, StringComparison.Ordinal);
        Assert.StartsWith(new string(letter, 10_000), read.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_of_tokens_do_not_overlap()
    {
        var kinds = ModelUsage.ByKind(new()
        {
            InputTokenCount = 3410,
            CachedInputTokenCount = 3000,
            OutputTokenCount = 20,
            ReasoningTokenCount = 5,
            AdditionalCounts = new() { ["CacheCreationInputTokens"] = 200 },
        })!;

        Assert.Equal((210, 3000, 200, 15, 5), (kinds["input"], kinds["input_cache_read"], kinds["input_cache_creation_5m"], kinds["output"], kinds["output_reasoning_tokens"]));
        Assert.Equal(3430, kinds.Values.Sum());
        Assert.Null(ModelUsage.ByKind(new()));
    }

    private static string Sent(Observation observation, LangfuseOptions? options = null) => Encoding.UTF8.GetString(new SpanEncoder(options ?? new()).Encode(observation));

    private static LangfuseObservation Read(Observation observation, LangfuseOptions? options = null) => Read(new SpanEncoder(options ?? new()).Encode(observation));

    private static LangfuseObservation Read(byte[] span) => LangfuseMapping.Read(
        JsonElement.Parse($$"""{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"scope":{"name":"t"},"spans":[{{Encoding.UTF8.GetString(span)}}]}]}]}""")).Single();
}
