using System.Text.Json.Nodes;
using Holdfast.AI.Chat;
using Holdfast.AI.Costs;
using Holdfast.AI.Tests.Chat;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.AI.Tests.Costs;

/// <summary>Tokens as providers count them, through their real SDKs.</summary>
public sealed class TokenUsageTests
{
    private const string Usage =
        """{"input_tokens":10,"output_tokens":3,"cache_creation_input_tokens":9,"cache_read_input_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":2,"ephemeral_1h_input_tokens":7}}""";

    [Fact]
    public async Task Anthropics_tokens_are_counted_once_each_with_the_lifetimes_of_the_cache()
    {
        await using var provider = await ProviderStandIn.StartAsync(StandInReply.Json(
            200,
            $$"""{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{{Usage}}}"""));

        var attempt = await AskAsync(provider, "anthropic", streamed: false);

        Assert.Equal(new() { Input = 10, CacheRead = 5, CacheWrite5m = 2, CacheWrite1h = 7, Output = 3 }, TokenUsage.Of(attempt.Usage));
        // 10 · 2 + 5 · 0.1 + 2 · 2.5 + 7 · 4 + 3 · 10 dollars per million.
        Assert.Equal(0.0000835m, attempt.CostUsd);
    }

    [Fact]
    public async Task So_are_those_of_a_streamed_answer()
    {
        var opening = JsonNode.Parse("""{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[],"stop_reason":null,"stop_sequence":null}}""")!;
        opening["message"]!["usage"] = JsonNode.Parse(Usage);
        await using var provider = await ProviderStandIn.StartAsync(StandInReply.Events(
            [AnthropicWire.Event("message_start", opening.ToJsonString()), .. AnthropicWire.Opening().Skip(1), AnthropicWire.Piece("Hi"), .. AnthropicWire.Closing()]));

        var attempt = await AskAsync(provider, "anthropic", streamed: true);

        Assert.Equal(new() { Input = 10, CacheRead = 5, CacheWrite5m = 2, CacheWrite1h = 7, Output = 7 }, TokenUsage.Of(attempt.Usage));
    }

    [Fact]
    public async Task OpenAIs_cached_and_reasoning_tokens_are_taken_out_of_the_rest()
    {
        await using var provider = await ProviderStandIn.StartAsync(OpenAIWire.Answer("Hi"));

        var attempt = await AskAsync(provider, "openai", streamed: false);

        var usage = TokenUsage.Of(attempt.Usage)!;
        Assert.Equal((8, 4, 6), (usage.Input, usage.CacheRead, usage.AllOutput));
        Assert.Equal(attempt.Usage!.ReasoningTokenCount ?? 0, usage.Reasoning);
        // Nobody has told the price of this model.
        Assert.Null(attempt.CostUsd);
    }

    [Fact]
    public void What_a_provider_does_not_count_is_not_known()
    {
        Assert.Null(TokenUsage.Of(null));
        Assert.Null(TokenUsage.Of(new() { InputTokenCount = 5 }));
    }

    private static async Task<ChatAttempt> AskAsync(ProviderStandIn provider, string name, bool streamed)
    {
        var observer = new RecordingObserver();
        await using var services = new ServiceCollection().AddDurableChat(chat => chat
            .AddCredential("anthropic", "test-key").AddCredential("openai", "test-key")
            .AddAnthropic(baseUrl: provider.Address)
            .AddOpenAI(baseUrl: provider.AddressV1)
            .AddModel("anthropic", "anthropic", "claude-sonnet-5-5")
            .AddModel("openai", "openai", "gpt-6.1-sol"))
            .AddSingleton<IModelRequestObserver>(observer)
            .BuildServiceProvider();
        var client = services.GetRequiredKeyedService<IChatClient>(name);
        _ = streamed ? await client.GetStreamingResponseAsync("Hi").ToChatResponseAsync() : await client.GetResponseAsync("Hi");
        return Assert.Single(observer.Ended).Attempt;
    }
}
