using Holdfast.AI.Chat;
using Holdfast.AI.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.AI.Tests.Models;

/// <summary>What is sent to each provider, and what comes back.</summary>
public sealed class ProviderTests
{
    [Fact]
    public async Task Anthropic_is_asked_within_the_limits_of_the_model()
    {
        await using var server = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));

        var response = await Calls.AskAsync(server, "anthropic", configure: model => model.MaxOutputTokens = 77);

        Assert.Equal("Hello", response.Text);
        Assert.Equal((17, 5, 3), (response.Usage!.InputTokenCount, response.Usage.CachedInputTokenCount, response.Usage.OutputTokenCount));
        var body = Assert.Single(server.Requests).Body;
        Assert.Equal(77, body["max_tokens"]!.GetValue<int>());
        Assert.Null(body["temperature"]);
    }

    [Fact]
    public async Task OpenAI_keeps_nothing_and_lets_reasoning_be_carried_on()
    {
        await using var server = await ProviderStandIn.StartAsync(OpenAIWire.Answer("Hello"));

        var response = await Calls.AskAsync(server, "openai", configure: model => model.MaxOutputTokens = 77);

        Assert.Equal("Hello", response.Text);
        Assert.Null(response.ConversationId);
        Assert.Equal((12, 4, 6), (response.Usage!.InputTokenCount, response.Usage.CachedInputTokenCount, response.Usage.OutputTokenCount));
        var body = Assert.Single(server.Requests).Body;
        Assert.False(body["store"]!.GetValue<bool>());
        Assert.Equal("reasoning.encrypted_content", body["include"]![0]!.GetValue<string>());
        Assert.Equal(77, body["max_output_tokens"]!.GetValue<int>());
        Assert.Equal("gpt-6.1-sol", body["model"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_compatible_server_gets_the_token_limit_by_the_name_that_it_knows()
    {
        await using var server = await ProviderStandIn.StartAsync(CompletionsWire.Answer("Hello"));

        var response = await Calls.AskAsync(server, "compatible", configure: model => model.MaxOutputTokens = 77);

        Assert.Equal("Hello", response.Text);
        var body = Assert.Single(server.Requests).Body;
        Assert.Equal(77, body["max_tokens"]!.GetValue<int>());
        Assert.Null(body["max_completion_tokens"]);
        Assert.Equal("llama-9", body["model"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_rate_limit_of_hours_is_not_forgotten_for_a_fallback_that_can_never_answer()
    {
        await using var server = await ProviderStandIn.StartAsync(
            AnthropicWire.Failure(429, "rate_limit_error", "later", ("retry-after", "7200")),
            OpenAIWire.Failure(401, "invalid_api_key"));

        var failure = await Calls.FailAsync(server, "anthropic", configure: model => model.FallBackTo("openai", "gpt-6.1-sol"));

        Assert.Equal((ModelFailureKind.RateLimitedLong, TimeSpan.FromHours(2)), (failure.Kind, failure.RetryAfter));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_that_is_missing_hands_over_to_the_next_one(bool streamed)
    {
        await using var server = await ProviderStandIn.StartAsync(streamed ? OpenAIWire.Stream("Hel", "lo") : OpenAIWire.Answer("Hello"));
        await using var services = new ServiceCollection().AddDurableChat(chat => chat
            .AddCredential("openai", Calls.Key)
            .AddAnthropic(baseUrl: server.Address)
            .AddOpenAI(baseUrl: server.AddressV1)
            .AddModel("m", "anthropic", "claude-sonnet-5-5", model => model.FallBackTo("openai", "gpt-6.1-sol")))
            .BuildServiceProvider();
        var client = services.GetRequiredKeyedService<IChatClient>("m");

        var response = streamed ? await client.GetStreamingResponseAsync("Hi").ToChatResponseAsync() : await client.GetResponseAsync("Hi");

        Assert.Equal("Hello", response.Text);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_crowded_provider_hands_over_to_the_next_one()
    {
        await using var server = await ProviderStandIn.StartAsync(request =>
            request.Path == "/v1/messages" ? AnthropicWire.Failure(529, "overloaded_error") : request.Streamed ? OpenAIWire.Stream("From ", "OpenAI") : OpenAIWire.Answer("From OpenAI"));

        Assert.Equal("From OpenAI", (await Calls.AskAsync(server, "anthropic", configure: model => model.FallBackTo("openai", "gpt-6.1-sol"))).Text);
        Assert.Equal("From OpenAI", (await Calls.AskAsync(server, "anthropic", streamed: true, configure: model => model.FallBackTo("openai", "gpt-6.1-sol"))).Text);
        Assert.Equal(["/v1/messages", "/v1/responses", "/v1/messages", "/v1/responses"], server.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task A_request_that_is_wrong_in_itself_is_not_repeated_elsewhere()
    {
        await using var server = await ProviderStandIn.StartAsync(AnthropicWire.Failure(400, "invalid_request_error"));

        await Calls.FailAsync(server, "anthropic", configure: model => model.FallBackTo("openai", "gpt-6.1-sol"));

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task When_all_fail_the_call_waits_for_the_one_that_may_answer_first()
    {
        await using var server = await ProviderStandIn.StartAsync(request => request.Path == "/v1/messages"
            ? AnthropicWire.Failure(401, "authentication_error")
            : OpenAIWire.Failure(429, "rate_limit_exceeded", "no", ("retry-after", "9")));

        var failure = await Calls.FailAsync(server, "anthropic", configure: model => model.FallBackTo("openai", "gpt-6.1-sol"));

        Assert.Equal(("RateLimited", true, TimeSpan.FromSeconds(9)), (failure.Kind, failure.Retryable, failure.RetryAfter));
    }

    [Fact]
    public async Task Any_chat_client_can_be_a_provider_and_its_failures_are_read_too()
    {
        await using var services = new ServiceCollection().AddDurableChat(chat => chat
            .AddClient("mine", (_, model) => new OfflineChatClient(messages => model == "good" ? $"You said {messages[^1].Text}" : throw new HttpRequestException("down"), TimeProvider.System))
            .AddModel("good", "mine", "good").AddModel("bad", "mine", "bad")).BuildServiceProvider();

        Assert.Equal("You said Hi", (await services.GetRequiredKeyedService<IChatClient>("good").GetResponseAsync("Hi")).Text);
        var failure = await Assert.ThrowsAsync<ModelException>(() => services.GetRequiredKeyedService<IChatClient>("bad").GetResponseAsync("Hi"));
        Assert.Equal(("ProviderUnavailable", true), (failure.Kind, failure.Retryable));
    }

    [Fact]
    public async Task Without_its_key_no_provider_is_asked()
    {
        await using var server = await ProviderStandIn.StartAsync(AnthropicWire.Answer("from somebody else's key"));
        await using var services = new ServiceCollection().AddDurableChat(chat => chat
            .AddAnthropic(baseUrl: server.Address).AddModel("m", "anthropic", "claude-sonnet-5-5")).BuildServiceProvider();

        var failure = await Assert.ThrowsAsync<ModelException>(() => services.GetRequiredKeyedService<IChatClient>("m").GetResponseAsync("Hi"));

        Assert.Equal(("CredentialInvalid", false), (failure.Kind, failure.Retryable));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_unreachable_provider_is_tried_again()
    {
        var server = await ProviderStandIn.StartAsync(AnthropicWire.Answer("gone"));
        await using var services = Calls.Services(server, "anthropic");
        await server.DisposeAsync();

        var failure = await Assert.ThrowsAsync<ModelException>(() => services.GetRequiredKeyedService<IChatClient>("m").GetResponseAsync("Hi"));

        Assert.Equal(("ProviderUnavailable", true), (failure.Kind, failure.Retryable));
    }

    [Fact]
    public void A_model_of_an_unknown_provider_is_refused_at_the_start() =>
        Assert.Contains("\"nobody\"", Assert.Throws<InvalidOperationException>(() =>
            new ServiceCollection().AddDurableChat(chat => chat.AddModel("m", "nobody", "x"))).Message, StringComparison.Ordinal);
}
