using System.Net;
using Holdfast.AI.Secrets;
using Temporalio.Exceptions;

namespace Holdfast.AI.Models;

/// <summary>
/// A model call that failed, classified. Its message holds the provider's error type, a short text and the request id, and
/// never a prompt, a key or a response body: it goes into histories and logs.
/// </summary>
public sealed class ModelException : Exception
{
    // Longer waits than this do not belong into an activity's retries (facts: a provider may ask for hours).
    internal static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(15);

    public ModelException(string kind, bool retryable, string message, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Retryable = retryable;
    }

    /// <summary>One of <see cref="ModelFailureKind"/>.</summary>
    public string Kind { get; }

    /// <summary>Whether the same call may succeed later.</summary>
    public bool Retryable { get; }

    /// <summary>How long the provider asks to wait, if it said so.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public HttpStatusCode? StatusCode { get; init; }

    public string? RequestId { get; init; }

    /// <summary>
    /// What the workflow is to wait for before it asks again, as <see cref="Waiting.WaitingNames"/> names it; null: nothing. Set with
    /// <see cref="ModelFailureKind.CredentialWaiting"/> and <see cref="ModelFailureKind.BudgetExhausted"/>, which are not retryable: no
    /// activity waits that long.
    /// </summary>
    public string? WaitFor { get; init; }

    /// <summary>Whether another provider may be asked instead of waiting, where the model has one.</summary>
    internal bool MayGoElsewhere { get; init; } = true;

    /// <summary>
    /// Whether the request certainly cost nothing: the provider turned it away with an error status, or there was no connection to send it
    /// over. What was cut off in the middle may have cost money.
    /// </summary>
    internal bool IsFree => StatusCode is not null || NeverConnected(InnerException);

    /// <summary>The same failure for the retry policy of the activity that called.</summary>
    /// <param name="nextRetry">When to try again; null: the retry policy decides.</param>
    /// <param name="details">What the failure tells besides; goes into the history.</param>
    /// <param name="again">Whether the activity is to be tried again.</param>
    internal ApplicationFailureException ToFailure(TimeSpan? nextRetry, object details, bool again) =>
        // Without the inner exception: an SDK's exception text may quote the response.
        new(Redaction.Clean(Message), errorType: Kind, nonRetryable: !again, details: WaitFor is null ? [details] : [details, WaitFor], nextRetryDelay: nextRetry);

    private static bool NeverConnected(Exception? exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                        or HttpRequestError.ProxyTunnelError,
                })
                return true;
        }

        return false;
    }
}
