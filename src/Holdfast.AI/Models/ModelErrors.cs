using System.ClientModel;
using System.Text.Json;
using Anthropic.Exceptions;
using Holdfast.AI.Network;
using Holdfast.AI.Secrets;
using Holdfast.AI.Text;

namespace Holdfast.AI.Models;

/// <summary>Reads what went wrong with a model call: is it worth another try, and when?</summary>
internal static class ModelErrors
{
    private const int MaxProviderText = 300;

    /// <summary>The exception's text may quote the key or the prompt: what goes into the failure is without keys.</summary>
    public static ModelException Classify(string provider, Exception exception, ResponseNotes notes) => Kind(provider, exception, Redaction.Clean(exception), notes);

    private static ModelException Kind(string provider, Exception exception, Exception clean, ResponseNotes notes) => exception switch
    {
        _ when Refusal(exception) is { } refusal => new(ModelFailureKind.EndpointRefused, retryable: false, refusal.Message, refusal),
        AnthropicServiceException anthropic => AnthropicErrors.Classify(provider, anthropic, notes),
        ClientResultException { Status: > 0 } openAI => OpenAIErrors.Classify(provider, openAI, notes),
        ClientResultException or AnthropicIOException or HttpRequestException or IOException =>
            new(ModelFailureKind.Unavailable, retryable: true, $"{provider} could not be reached.", clean),
        // Only a timeout: the caller's cancellation is told apart before.
        OperationCanceledException or TimeoutException =>
            new(ModelFailureKind.Timeout, retryable: true, $"{provider} did not answer in time.", clean),
        JsonException or AnthropicInvalidDataException or FormatException or KeyNotFoundException or InvalidOperationException =>
            new(ModelFailureKind.BadAnswer, retryable: true, $"The answer of {provider} could not be read.", clean),
        _ => new(ModelFailureKind.Unknown, retryable: true, $"The call to {provider} failed ({exception.GetType().Name}).", clean),
    };

    // Somewhere within what the SDKs make of it.
    private static EndpointRefusedException? Refusal(Exception? exception)
    {
        while (exception is not null and not EndpointRefusedException)
            exception = exception.InnerException;
        return (EndpointRefusedException?)exception;
    }

    /// <summary>The failure, with no more of the provider's answer than its error type, a short text and the request id.</summary>
    public static ModelException Failure(
        string provider, (string Kind, bool Retryable) verdict, int? status, string? type, string? message, ResponseNotes notes, Exception? exception)
    {
        // A wait of hours does not belong into an activity's retries.
        if (verdict.Retryable && notes.RetryAfter > ModelException.LongestRetryAfter)
            verdict = (ModelFailureKind.RateLimitedLong, false);

        var code = status is { } number ? $" {number}" : "";
        var text = PlainText.CleanLine(Redaction.Clean(message ?? "no message"), MaxProviderText);
        var request = string.IsNullOrEmpty(notes.RequestId) ? "" : $" (request {PlainText.CleanLine(Redaction.Clean(notes.RequestId), 100)})";
        return new(verdict.Kind, verdict.Retryable, $"{provider} answered{code} {PlainText.CleanLine(Redaction.Clean(type ?? "error"), 100)}: {text}{request}", exception is null ? null : Redaction.Clean(exception))
        {
            RetryAfter = verdict.Retryable || verdict.Kind == ModelFailureKind.RateLimitedLong ? notes.RetryAfter : null,
            StatusCode = (System.Net.HttpStatusCode?)status,
            RequestId = notes.RequestId,
        };
    }

    /// <summary>What a status means with any provider.</summary>
    public static (string Kind, bool Retryable) OfStatus(int status) => status switch
    {
        401 => (ModelFailureKind.CredentialInvalid, false),
        402 => (ModelFailureKind.ProviderBilling, false),
        403 => (ModelFailureKind.PermissionDenied, false),
        404 => (ModelFailureKind.ModelNotFound, false),
        408 or 504 => (ModelFailureKind.Timeout, true),
        409 => (ModelFailureKind.Unavailable, true),
        429 => (ModelFailureKind.RateLimited, true),
        529 => (ModelFailureKind.Overloaded, true),
        >= 500 => (ModelFailureKind.Unavailable, true),
        _ => (ModelFailureKind.InvalidRequest, false),
    };
}
