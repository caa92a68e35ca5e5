#pragma warning disable OPENAI001 // The Responses API of the SDK is still marked as experimental.
using System.ClientModel;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Responses;

namespace Holdfast.AI.Models;

/// <summary>Reads the failures of OpenAI's SDK, which compatible servers share.</summary>
internal static class OpenAIErrors
{
    public static ModelException Classify(string provider, ClientResultException exception, ResponseNotes notes)
    {
        var (type, code, message) = Body(exception);
        var verdict = IsSpendLimit(code) || IsSpendLimit(type) ? (ModelFailureKind.BudgetExceeded, false) : ModelErrors.OfStatus(exception.Status);
        return ModelErrors.Failure(provider, verdict, exception.Status, code ?? type, message, notes, exception);
    }

    /// <summary>The failure that an answer tells; null when it tells none.</summary>
    public static ErrorContent? In(ChatResponse response) =>
        response.RawRepresentation is ResponseResult { Error: { } error } ? Content(error) : null;

    /// <summary>The failure that an update of a stream tells; null when it tells none.</summary>
    public static ErrorContent? In(ChatResponseUpdate update) =>
        // Microsoft.Extensions.AI passes an error event on as content, but of a failed response only the event itself.
        update.RawRepresentation is StreamingResponseFailedUpdate { Response.Error: { } error }
            ? Content(error)
            : update.Contents.OfType<ErrorContent>().FirstOrDefault();

    /// <summary>An error event within an answer whose HTTP status was 200.</summary>
    public static ModelException FromEvent(string provider, ErrorContent error, ResponseNotes notes)
    {
        (string, bool) verdict = error.ErrorCode switch
        {
            var code when IsSpendLimit(code) => (ModelFailureKind.BudgetExceeded, false),
            "rate_limit_exceeded" => (ModelFailureKind.RateLimited, true),
            "server_is_overloaded" or "overloaded_error" => (ModelFailureKind.Overloaded, true),
            "invalid_api_key" => (ModelFailureKind.CredentialInvalid, false),
            "model_not_found" => (ModelFailureKind.ModelNotFound, false),
            "context_length_exceeded" or "invalid_prompt" or "invalid_request_error" => (ModelFailureKind.InvalidRequest, false),
            _ => (ModelFailureKind.Unavailable, true),
        };
        return ModelErrors.Failure(provider, verdict, status: null, error.ErrorCode, error.Message, notes, exception: null);
    }

    private static ErrorContent Content(ResponseError error) => new(error.Message) { ErrorCode = error.Code.ToString() };

    // Lasts until somebody pays or raises it.
    private static bool IsSpendLimit(string? code) =>
        code is "insufficient_quota" or "credit_balance_exhausted" or "organization_usage_limit_exceeded" or "billing_hard_limit_reached"
        || code?.EndsWith("_spend_limit_exceeded", StringComparison.Ordinal) is true;

    private static (string? Type, string? Code, string? Message) Body(ClientResultException exception)
    {
        try
        {
            if (exception.GetRawResponse()?.Content is not { } content)
                return default;
            using var body = JsonDocument.Parse(content);
            if (body.RootElement.ValueKind is not JsonValueKind.Object || !body.RootElement.TryGetProperty("error", out var error))
                return default;
            // Some servers send a bare text.
            return error.ValueKind is JsonValueKind.Object
                ? (Text(error, "type"), Text(error, "code"), Text(error, "message"))
                : (null, null, error.ValueKind is JsonValueKind.String ? error.GetString() : null);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    private static string? Text(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
