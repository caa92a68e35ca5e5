namespace Holdfast.AI.Models;

/// <summary>
/// What went wrong with a model call, as the error type that workflows, retry policies and operators see. Strings, because
/// they are stored in histories and matched by other SDKs.
/// </summary>
public static class ModelFailureKind
{
    public const string InvalidRequest = "ModelInvalidRequest";
    public const string CredentialInvalid = "CredentialInvalid";
    public const string ProviderBilling = "ProviderBilling";
    public const string BudgetExceeded = "BudgetExceeded";
    public const string PermissionDenied = "ModelPermissionDenied";
    public const string ModelNotFound = "ModelNotFound";
    public const string RateLimited = "RateLimited";

    /// <summary>The provider asks for a wait that is too long for an activity's retries: sleep in the workflow, or use another model.</summary>
    public const string RateLimitedLong = "RateLimitedLong";

    public const string Overloaded = "ProviderOverloaded";
    public const string Unavailable = "ProviderUnavailable";
    public const string Timeout = "ModelTimeout";
    public const string BadAnswer = "ModelBadAnswer";

    /// <summary>A streamed answer ended before the model had finished.</summary>
    public const string Truncated = "ModelTruncated";

    /// <summary>The worker's set-up has no model of this name.</summary>
    public const string NotConfigured = "ModelNotConfigured";

    /// <summary>A key is missing, refused or revoked. The workflow waits until there is a new one, and asks again.</summary>
    public const string CredentialWaiting = "ModelCredentialWaiting";

    /// <summary>A budget is used up. The workflow waits until it is topped up, and asks again.</summary>
    public const string BudgetExhausted = "ModelBudgetExhausted";

    /// <summary>The key's limits have no room for the request at present. It was not made, and the call has a place in the queue.</summary>
    public const string CapacityWaiting = "ModelCapacityWaiting";

    /// <summary>The ledger of costs cannot be written, and without it no request is made.</summary>
    public const string AccountingUnavailable = "ModelAccountingUnavailable";

    /// <summary>A tenant's own endpoint leads where it must not.</summary>
    public const string EndpointRefused = "EndpointRefused";

    public const string Refused = "ModelRefused";
    public const string Unknown = "ModelFailed";
}
