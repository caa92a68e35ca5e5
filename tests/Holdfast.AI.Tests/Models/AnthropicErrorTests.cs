
namespace Holdfast.AI.Tests.Models;

/// <summary>Each error of Anthropic's table, through its SDK.</summary>
public sealed class AnthropicErrorTests
{
    [Theory]
    [InlineData(400, "invalid_request_error", "bad", "ModelInvalidRequest", false)]
    [InlineData(400, "invalid_request_error", "You have reached your specified API usage limits. You will regain access", "BudgetExceeded", false)]
    [InlineData(401, "authentication_error", "invalid key", "CredentialInvalid", false)]
    [InlineData(402, "billing_error", "pay", "ProviderBilling", false)]
    [InlineData(403, "permission_error", "no", "ModelPermissionDenied", false)]
    [InlineData(404, "not_found_error", "model", "ModelNotFound", false)]
    [InlineData(408, "timeout_error", "slow", "ModelTimeout", true)]
    [InlineData(409, "conflict_error", "again", "ProviderUnavailable", true)]
    [InlineData(413, "request_too_large", "big", "ModelInvalidRequest", false)]
    [InlineData(422, "invalid_request_error", "odd", "ModelInvalidRequest", false)]
    [InlineData(429, "rate_limit_error", "slow down", "RateLimited", true)]
    [InlineData(500, "api_error", "oops", "ProviderUnavailable", true)]
    [InlineData(503, "api_error", "oops", "ProviderUnavailable", true)]
    [InlineData(504, "timeout_error", "slow", "ModelTimeout", true)]
    [InlineData(529, "overloaded_error", "Overloaded", "ProviderOverloaded", true)]
    public async Task A_status_says_whether_another_try_makes_sense(int status, string type, string message, string kind, bool retryable)
    {
        await using var server = await ProviderStandIn.StartAsync(AnthropicWire.Failure(status, type, message));

        var failure = await Calls.FailAsync(server, "anthropic");

        Assert.Equal((kind, retryable), (failure.Kind, failure.Retryable));
        Assert.Equal($"anthropic answered {status} {type}: {message} (request req_1)", failure.Message);
        Assert.Equal(status, (int)failure.StatusCode!);
        Assert.DoesNotContain(Calls.Key, failure.Message, StringComparison.Ordinal);
        // The SDK itself tried once.
        var request = Assert.Single(server.Requests);
        Assert.Equal(("/v1/messages", $"Bearer {Calls.Key}"), (request.Path, request.Headers["Authorization"]));
        Assert.Equal("2026-10-21", request.Headers["anthropic-version"]);
        Assert.Equal("0", request.Headers["x-stainless-retry-count"]);
    }

    [Theory]
    [InlineData("overloaded_error", "ProviderOverloaded", true)]
    [InlineData("rate_limit_error", "RateLimited", true)]
    [InlineData("timeout_error", "ModelTimeout", true)]
    [InlineData("api_error", "ProviderUnavailable", true)]
    [InlineData("authentication_error", "CredentialInvalid", false)]
    [InlineData("billing_error", "ProviderBilling", false)]
    [InlineData("permission_error", "ModelPermissionDenied", false)]
    [InlineData("not_found_error", "ModelNotFound", false)]
    [InlineData("invalid_request_error", "ModelInvalidRequest", false)]
    [InlineData("request_too_large", "ModelInvalidRequest", false)]
    public async Task An_error_within_a_stream_is_read_by_its_type(string type, string kind, bool retryable)
    {
        await using var server = await ProviderStandIn.StartAsync(StandInReply.Events(
            [.. AnthropicWire.Opening(), AnthropicWire.Piece("Hel"), AnthropicWire.Event("error", AnthropicWire.Error(type, "in the middle"))]));

        var failure = await Calls.FailAsync(server, "anthropic", streamed: true);

        Assert.Equal((kind, retryable), (failure.Kind, failure.Retryable));
        Assert.Contains(type, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customers_spend_limit_is_not_tried_again()
    {
        await using var server = await ProviderStandIn.StartAsync(StandInReply.Json(429, AnthropicWire.Error("rate_limit_error", "limit", "enforced_spend_limit_reached")));

        var failure = await Calls.FailAsync(server, "anthropic");

        Assert.Equal(("BudgetExceeded", false), (failure.Kind, failure.Retryable));
    }

    [Theory]
    [InlineData("retry-after", "7", 7)]
    [InlineData("retry-after-ms", "2500", 2.5)]
    [InlineData("retry-after", "Sun, 22 Nov 2026 12:00:30 GMT", 30)]
    [InlineData("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT", 0)]
    public async Task The_wait_that_the_provider_asks_for_is_kept(string header, string value, double seconds)
    {
        await using var server = await ProviderStandIn.StartAsync(AnthropicWire.Failure(429, "rate_limit_error", "slow down", (header, value)));

        Assert.Equal(TimeSpan.FromSeconds(seconds), (await Calls.FailAsync(server, "anthropic")).RetryAfter);
    }

    [Fact]
    public async Task A_rate_limit_without_a_wait_uses_the_reset_of_the_empty_bucket()
    {
        await using var server = await ProviderStandIn.StartAsync(AnthropicWire.Failure(
            429, "rate_limit_error", "slow down",
            ("anthropic-ratelimit-requests-remaining", "12"), ("anthropic-ratelimit-requests-reset", "2026-11-22T12:00:01Z"),
            ("anthropic-ratelimit-input-tokens-remaining", "0"), ("anthropic-ratelimit-input-tokens-reset", "2026-11-22T12:00:45Z")));

        Assert.Equal(TimeSpan.FromSeconds(45), (await Calls.FailAsync(server, "anthropic")).RetryAfter);
    }

    [Fact]
    public async Task A_wait_of_hours_is_no_matter_of_an_activitys_retries()
    {
        await using var server = await ProviderStandIn.StartAsync(AnthropicWire.Failure(429, "rate_limit_error", "tomorrow", ("retry-after", "7200")));

        var failure = await Calls.FailAsync(server, "anthropic");

        Assert.Equal(("RateLimitedLong", false, TimeSpan.FromHours(2)), (failure.Kind, failure.Retryable, failure.RetryAfter));
    }
}
