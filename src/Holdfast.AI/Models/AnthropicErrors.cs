using Anthropic.Exceptions;

namespace Holdfast.AI.Models;

/// <summary>Reads the Anthropic SDK's exceptions.</summary>
internal static class AnthropicErrors
{
    public static ModelException Classify(string provider, AnthropicServiceException exception, ResponseNotes notes)
    {
        var type = exception.Type?.Raw();
        if (exception is not AnthropicApiException api)
            // An error event inside a stream: the HTTP status was 200, so only the type says what it was.
            return ModelErrors.Failure(provider, OfType(type), status: null, type, exception.ApiMessage, notes, exception);

        var verdict = IsSpendLimit(api) ? (ModelFailureKind.BudgetExceeded, false) : ModelErrors.OfStatus((int)api.StatusCode);
        return ModelErrors.Failure(provider, verdict, (int)api.StatusCode, type, api.ApiMessage, notes, exception);
    }

    private static (string Kind, bool Retryable) OfType(string? type) => type switch
    {
        "overloaded_error" => (ModelFailureKind.Overloaded, true),
        "rate_limit_error" => (ModelFailureKind.RateLimited, true),
        "timeout_error" => (ModelFailureKind.Timeout, true),
        "authentication_error" => (ModelFailureKind.CredentialInvalid, false),
        "billing_error" => (ModelFailureKind.ProviderBilling, false),
        "permission_error" => (ModelFailureKind.PermissionDenied, false),
        "not_found_error" => (ModelFailureKind.ModelNotFound, false),
        "invalid_request_error" or "request_too_large" => (ModelFailureKind.InvalidRequest, false),
        _ => (ModelFailureKind.Unavailable, true),
    };

    // The customer's own limit lasts until the month ends or someone raises it: no retry helps.
    private static bool IsSpendLimit(AnthropicApiException exception) =>
        (int)exception.StatusCode == 429 && exception.ErrorCode is "enforced_spend_limit_reached"
        || (int)exception.StatusCode == 400
        && exception.ApiMessage?.StartsWith("You have reached your specified API usage limits", StringComparison.Ordinal) is true;
}
