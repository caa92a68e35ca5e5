using Holdfast.AI.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Tests.Models;

/// <summary>Anthropic's SDK against a scripted server on the loopback.</summary>
public sealed class AnthropicTests
{
    private const string Key = "test-key-0001";

    [Fact]
    public async Task The_configured_key_and_address_are_used_and_nothing_is_retried_by_the_SDK()
    {
        await using var server = await ScriptedHttp.StartAsync(_ => (529, Error("overloaded_error", "Overloaded"), []));

        var failure = await AskAsync(server);

        var request = Assert.Single(server.Requests);
        Assert.Equal($"Bearer {Key}", request.Authorization);
        Assert.Equal("/v1/messages", request.Path);
        Assert.Equal("ProviderOverloaded", failure.ErrorType);
        Assert.False(failure.NonRetryable);
    }

    [Theory]
    [InlineData(400, "invalid_request_error", "bad", "ModelInvalidRequest", true)]
    [InlineData(400, "invalid_request_error", "You have reached your specified API usage limits. You will regain access", "BudgetExceeded", true)]
    [InlineData(401, "authentication_error", "invalid key", "CredentialInvalid", true)]
    [InlineData(402, "billing_error", "pay", "ProviderBilling", true)]
    [InlineData(403, "permission_error", "no", "ModelPermissionDenied", true)]
    [InlineData(404, "not_found_error", "model", "ModelNotFound", true)]
    [InlineData(413, "request_too_large", "big", "ModelInvalidRequest", true)]
    [InlineData(408, "timeout_error", "slow", "ModelTimeout", false)]
    [InlineData(409, "conflict_error", "again", "ProviderUnavailable", false)]
    [InlineData(429, "rate_limit_error", "slow down", "RateLimited", false)]
    [InlineData(500, "api_error", "oops", "ProviderUnavailable", false)]
    [InlineData(503, "api_error", "oops", "ProviderUnavailable", false)]
    [InlineData(504, "timeout_error", "slow", "ModelTimeout", false)]
    public async Task Each_error_says_whether_another_try_makes_sense(int status, string type, string message, string kind, bool nonRetryable)
    {
        await using var server = await ScriptedHttp.StartAsync(_ => (status, Error(type, message), []));

        var failure = await AskAsync(server);

        Assert.Equal(kind, failure.ErrorType);
        Assert.Equal(nonRetryable, failure.NonRetryable);
        Assert.Contains($"Anthropic answered {status} {type}: {message}", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("retry-after", "7", 7)]
    [InlineData("retry-after-ms", "2500", 2.5)]
    [InlineData("retry-after", "Sun, 22 Nov 2026 12:00:30 GMT", 30)]
    public async Task The_wait_that_the_provider_asks_for_becomes_the_next_retry_delay(string header, string value, double seconds)
    {
        await using var server = await ScriptedHttp.StartAsync(_ => (429, Error("rate_limit_error", "slow down"), [(header, value)]));

        Assert.Equal(TimeSpan.FromSeconds(seconds), (await AskAsync(server)).NextRetryDelay);
    }

    [Fact]
    public async Task A_rate_limit_without_a_wait_uses_the_reset_of_the_empty_bucket()
    {
        await using var server = await ScriptedHttp.StartAsync(_ => (429, Error("rate_limit_error", "slow down"),
        [
            ("anthropic-ratelimit-requests-remaining", "12"), ("anthropic-ratelimit-requests-reset", "2026-11-22T12:00:01Z"),
            ("anthropic-ratelimit-input-tokens-remaining", "0"), ("anthropic-ratelimit-input-tokens-reset", "2026-11-22T12:00:45Z"),
        ]));

        Assert.Equal(TimeSpan.FromSeconds(45), (await AskAsync(server)).NextRetryDelay);
    }

    [Fact]
    public async Task A_wait_of_hours_is_not_spent_in_an_activity()
    {
        await using var server = await ScriptedHttp.StartAsync(_ => (429, Error("rate_limit_error", "tomorrow"), [("retry-after", "7200")]));

        var failure = await AskAsync(server);

        Assert.Equal("RateLimitedLong", failure.ErrorType);
        Assert.True(failure.NonRetryable);
    }

    [Fact]
    public async Task A_customers_spend_limit_is_not_retried()
    {
        await using var server = await ScriptedHttp.StartAsync(_ =>
            (429, """{"type":"error","error":{"type":"rate_limit_error","message":"limit","details":{"error_code":"enforced_spend_limit_reached"}}}""", []));

        var failure = await AskAsync(server);

        Assert.Equal("BudgetExceeded", failure.ErrorType);
        Assert.True(failure.NonRetryable);
    }

    [Fact]
    public async Task An_unreachable_provider_is_tried_again()
    {
        using var model = Create(new Uri("http://127.0.0.1:1"));

        var failure = await Assert.ThrowsAsync<ApplicationFailureException>(() => model.AskAsync(Messages, new(), default));

        Assert.Equal("ProviderUnavailable", failure.ErrorType);
        Assert.False(failure.NonRetryable);
    }

    [Fact]
    public async Task An_answer_comes_back_with_its_model_and_tokens()
    {
        await using var server = await ScriptedHttp.StartAsync(_ => (200, Message("Hello", "end_turn"), []));
        using var model = Create(server.Address);

        var answer = await model.AskAsync(Messages, new(), default);

        Assert.Equal(new ModelAnswer("Hello", "claude-sonnet-5-5", CutOff: false, 10, 3), answer);
        Assert.Null(model.Notice);
    }

    [Fact]
    public async Task A_refusal_is_not_retried_and_a_full_answer_is_told()
    {
        await using var refusing = await ScriptedHttp.StartAsync(_ => (200, Message("", "refusal"), []));
        await using var full = await ScriptedHttp.StartAsync(_ => (200, Message("Hel", "max_tokens"), []));
        using var model = Create(full.Address);

        Assert.True((await AskAsync(refusing)).NonRetryable);
        Assert.True((await model.AskAsync(Messages, new(), default)).CutOff);
    }

    [Fact]
    public async Task Without_a_key_the_offline_rules_answer_and_say_so()
    {
        using var model = ChatModels.Create(new() { AnthropicApiKey = " " }, _ => "by rule", TimeProvider.System);

        var answer = await model.AskAsync(Messages, new(), default);

        Assert.Equal("offline-rules (no model)", answer.Model);
        Assert.Equal("offline-rules (no model)", model.Name);
        Assert.Contains("not by a model", model.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_never_print_the_key() =>
        Assert.DoesNotContain(Key, new ChatModelSettings { AnthropicApiKey = Key }.ToString(), StringComparison.Ordinal);

    private static IReadOnlyList<ChatMessage> Messages => [new(ChatRole.User, "Hi")];

    private static ChatModel Create(Uri address) => ChatModels.Create(
        new() { AnthropicApiKey = Key, AnthropicBaseUrl = address },
        _ => throw new InvalidOperationException("The rules must not answer where a key is configured."),
        new FakeTimeProvider(new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero)));

    private static async Task<ApplicationFailureException> AskAsync(ScriptedHttp server)
    {
        using var model = Create(server.Address);
        return await Assert.ThrowsAsync<ApplicationFailureException>(() => model.AskAsync(Messages, new(), default));
    }

    private static string Error(string type, string message) =>
        $$"""{"type":"error","error":{"type":"{{type}}","message":"{{message}}"},"request_id":"req_1"}""";

    private static string Message(string text, string stopReason) =>
        $$$"""
        {"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[{"type":"text","text":"{{{text}}}"}],
         "stop_reason":"{{{stopReason}}}","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}}
        """;
}
