
namespace Holdfast.AI.Tests.Models;

/// <summary>Each error of OpenAI's table, through its SDK: the Responses API and what speaks Chat Completions.</summary>
public sealed class OpenAIErrorTests
{
    [Theory]
    [InlineData(400, "context_length_exceeded", "ModelInvalidRequest", false)]
    [InlineData(400, "invalid_request", "ModelInvalidRequest", false)]
    [InlineData(401, "invalid_api_key", "CredentialInvalid", false)]
    [InlineData(402, null, "ProviderBilling", false)]
    [InlineData(403, null, "ModelPermissionDenied", false)]
    [InlineData(404, "model_not_found", "ModelNotFound", false)]
    [InlineData(408, null, "ModelTimeout", true)]
    [InlineData(409, null, "ProviderUnavailable", true)]
    [InlineData(413, null, "ModelInvalidRequest", false)]
    [InlineData(422, null, "ModelInvalidRequest", false)]
    [InlineData(429, "rate_limit_exceeded", "RateLimited", true)]
    [InlineData(429, null, "RateLimited", true)]
    [InlineData(429, "insufficient_quota", "BudgetExceeded", false)]
    [InlineData(429, "credit_balance_exhausted", "BudgetExceeded", false)]
    [InlineData(429, "project_spend_limit_exceeded", "BudgetExceeded", false)]
    [InlineData(429, "organization_usage_limit_exceeded", "BudgetExceeded", false)]
    [InlineData(500, null, "ProviderUnavailable", true)]
    [InlineData(502, null, "ProviderUnavailable", true)]
    [InlineData(503, null, "ProviderUnavailable", true)]
    [InlineData(504, null, "ModelTimeout", true)]
    public async Task A_status_and_code_say_whether_another_try_makes_sense(int status, string? code, string kind, bool retryable)
    {
        await using var server = await ProviderStandIn.StartAsync(OpenAIWire.Failure(status, code));

        foreach (var provider in (string[])["openai", "compatible"])
        {
            var failure = await Calls.FailAsync(server, provider);

            Assert.Equal((kind, retryable, status), (failure.Kind, failure.Retryable, (int)failure.StatusCode!));
            Assert.Equal($"{provider} answered {status} {code ?? "invalid_request_error"}: no (request req_o1)", failure.Message);
        }

        Assert.Equal(["/v1/responses", "/v1/chat/completions"], server.Requests.Select(request => request.Path));
        Assert.Equal([$"Bearer {Calls.Key}", "Bearer none"], server.Requests.Select(request => request.Headers["Authorization"]));
    }

    [Theory]
    [InlineData("rate_limit_exceeded", "RateLimited", true)]
    [InlineData("server_error", "ProviderUnavailable", true)]
    [InlineData("server_is_overloaded", "ProviderOverloaded", true)]
    [InlineData("insufficient_quota", "BudgetExceeded", false)]
    [InlineData("context_length_exceeded", "ModelInvalidRequest", false)]
    public async Task A_response_that_fails_under_way_is_read_by_its_code(string code, string kind, bool retryable)
    {
        await using var server = await ProviderStandIn.StartAsync(request => request.Number switch
        {
            1 => StandInReply.Events([OpenAIWire.Created(), OpenAIWire.Piece("Hel"), OpenAIWire.Failed(code, "failed")]),
            2 => StandInReply.Events([OpenAIWire.Created(), OpenAIWire.ErrorEvent(code, "failed")]),
            _ => OpenAIWire.Response([], "failed", new System.Text.Json.Nodes.JsonObject { ["code"] = code, ["message"] = "failed" }),
        });

        foreach (var streamed in (bool[])[true, true, false])
        {
            var failure = await Calls.FailAsync(server, "openai", streamed);
            Assert.Equal((kind, retryable), (failure.Kind, failure.Retryable));
        }
    }

    [Theory]
    [InlineData("retry-after", "7", 7)]
    [InlineData("retry-after-ms", "2500", 2.5)]
    [InlineData("retry-after", "Sun, 22 Nov 2026 12:00:30 GMT", 30)]
    public async Task The_wait_that_the_provider_asks_for_is_kept(string header, string value, double seconds)
    {
        await using var server = await ProviderStandIn.StartAsync(OpenAIWire.Failure(429, "rate_limit_exceeded", "slow down", (header, value)));

        Assert.Equal(TimeSpan.FromSeconds(seconds), (await Calls.FailAsync(server, "openai")).RetryAfter);
    }

    [Theory]
    [InlineData("1s", 1)]
    [InlineData("6m0s", 360)]
    [InlineData("120ms", 0.12)]
    [InlineData("1m2.5s", 62.5)]
    public async Task A_rate_limit_without_a_wait_uses_the_reset_of_the_empty_bucket(string reset, double seconds)
    {
        await using var server = await ProviderStandIn.StartAsync(OpenAIWire.Failure(
            429, "rate_limit_exceeded", "slow down",
            ("x-ratelimit-remaining-requests", "3"), ("x-ratelimit-reset-requests", "1ms"),
            ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", reset)));

        Assert.Equal(TimeSpan.FromSeconds(seconds), (await Calls.FailAsync(server, "openai")).RetryAfter);
    }

    [Theory]
    [InlineData("""{"error":"bare text"}""")]
    [InlineData("""["no object"]""")]
    [InlineData("<html>Bad gateway</html>")]
    [InlineData("")]
    public async Task An_error_that_no_table_knows_is_read_by_its_status(string body)
    {
        await using var server = await ProviderStandIn.StartAsync(StandInReply.Text(502, "text/html", body));

        Assert.Equal("ProviderUnavailable", (await Calls.FailAsync(server, "compatible")).Kind);
    }
}
