using System.Net;
using System.Text.Json;
using Anthropic.Exceptions;
using Holdfast.AI.Text;

namespace Holdfast.AI.Models;

/// <summary>Reads the Anthropic SDK's exceptions: is it worth another try, and when?</summary>
internal static class AnthropicErrors
{
    private const int MaxProviderText = 300;

    public static ModelException Classify(Exception exception, TimeSpan? retryAfter) => exception switch
    {
        AnthropicApiException api => FromStatus(api, retryAfter),
        AnthropicServiceException stream => FromErrorType(stream, retryAfter),
        AnthropicIOException or HttpRequestException or IOException =>
            new(ModelFailureKind.Unavailable, retryable: true, "Anthropic could not be reached.", exception),
        OperationCanceledException or TimeoutException =>
            new(ModelFailureKind.Timeout, retryable: true, "Anthropic did not answer in time.", exception),
        JsonException or AnthropicInvalidDataException =>
            new(ModelFailureKind.BadAnswer, retryable: true, "Anthropic's answer could not be read.", exception),
        _ => new(ModelFailureKind.Unknown, retryable: true, $"The call to Anthropic failed ({exception.GetType().Name}).", exception),
    };

    private static ModelException FromStatus(AnthropicApiException exception, TimeSpan? retryAfter)
    {
        var (kind, retryable) = exception.StatusCode switch
        {
            _ when IsSpendLimit(exception) => (ModelFailureKind.BudgetExceeded, false),
            HttpStatusCode.Unauthorized => (ModelFailureKind.CredentialInvalid, false),
            HttpStatusCode.PaymentRequired => (ModelFailureKind.ProviderBilling, false),
            HttpStatusCode.Forbidden => (ModelFailureKind.PermissionDenied, false),
            HttpStatusCode.NotFound => (ModelFailureKind.ModelNotFound, false),
            HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => (ModelFailureKind.Timeout, true),
            HttpStatusCode.Conflict => (ModelFailureKind.Unavailable, true),
            HttpStatusCode.TooManyRequests => RateLimited(retryAfter),
            (HttpStatusCode)529 => (ModelFailureKind.Overloaded, true),
            >= HttpStatusCode.InternalServerError => (ModelFailureKind.Unavailable, true),
            _ => (ModelFailureKind.InvalidRequest, false),
        };
        return Failure(exception, kind, retryable, retryAfter, exception.StatusCode, exception.RequestID);
    }

    // An error event inside a stream: the HTTP status was 200, so only the type says what it was.
    private static ModelException FromErrorType(AnthropicServiceException exception, TimeSpan? retryAfter)
    {
        var (kind, retryable) = TypeOf(exception) switch
        {
            "overloaded_error" => (ModelFailureKind.Overloaded, true),
            "rate_limit_error" => RateLimited(retryAfter),
            "timeout_error" => (ModelFailureKind.Timeout, true),
            "authentication_error" => (ModelFailureKind.CredentialInvalid, false),
            "billing_error" => (ModelFailureKind.ProviderBilling, false),
            "permission_error" => (ModelFailureKind.PermissionDenied, false),
            "not_found_error" => (ModelFailureKind.ModelNotFound, false),
            "invalid_request_error" or "request_too_large" => (ModelFailureKind.InvalidRequest, false),
            _ => (ModelFailureKind.Unavailable, true),
        };
        return Failure(exception, kind, retryable, retryAfter, statusCode: null, requestId: null);
    }

    private static ModelException Failure(
        AnthropicServiceException exception, string kind, bool retryable, TimeSpan? retryAfter, HttpStatusCode? statusCode, string? requestId)
    {
        var status = statusCode is { } code ? $" {(int)code}" : "";
        var text = PlainText.CleanLine(exception.ApiMessage ?? "no message", MaxProviderText);
        var request = string.IsNullOrEmpty(requestId) ? "" : $" (request {requestId})";
        return new(kind, retryable, $"Anthropic answered{status} {TypeOf(exception) ?? "error"}: {text}{request}", exception)
        {
            RetryAfter = retryable ? retryAfter : null,
            StatusCode = statusCode,
            RequestId = requestId,
        };
    }

    private static (string Kind, bool Retryable) RateLimited(TimeSpan? retryAfter) =>
        retryAfter > ModelException.LongestRetryAfter ? (ModelFailureKind.RateLimitedLong, false) : (ModelFailureKind.RateLimited, true);

    // The customer's own limit lasts until the month ends or someone raises it: no retry helps.
    private static bool IsSpendLimit(AnthropicApiException exception) =>
        exception.StatusCode is HttpStatusCode.TooManyRequests && exception.ErrorCode is "enforced_spend_limit_reached"
        || exception.StatusCode is HttpStatusCode.BadRequest
        && exception.ApiMessage?.StartsWith("You have reached your specified API usage limits", StringComparison.Ordinal) is true;

    private static string? TypeOf(AnthropicServiceException exception) => exception.Type?.Raw();
}
