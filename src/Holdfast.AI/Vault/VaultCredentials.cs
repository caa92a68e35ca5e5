using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Models;
using Holdfast.AI.Network;
using Holdfast.AI.Waiting;

namespace Holdfast.AI.Vault;

/// <summary>
/// Gives model calls the key of their run's tenant, and the platform's only where that tenant's policy allows it. Where there is no usable
/// key the call ends in a way that makes its workflow wait for one.
/// </summary>
internal sealed class VaultCredentials(
    CredentialVault vault, AIDatabase database, ConfiguredCredentials platform, ActiveKeys active, VaultOptions options, TimeProvider time) : IChatCredentials
{
    private static readonly VaultActor Worker = new("worker");

    public async ValueTask<ChatCredential> ResolveAsync(ChatCredentialRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (row, policy) = database.Read(transaction =>
            (CredentialRow.For(transaction, request.Tenant, request.Reference, request.WorkflowType), vault.PlatformKeysOf(transaction, request.Tenant)));
        if (row is null)
        {
            return policy is PlatformKeys.WhenMissing or PlatformKeys.WhenUnusable && platform.Has(request.Reference)
                ? await platform.ResolveAsync(request, cancellationToken)
                : throw Waiting(request, $"The tenant {request.Tenant} has no key \"{request.Reference}\".");
        }

        if (row.Provider != request.Provider)
        {
            Enter(row, request, "use_denied", $"for {row.Provider}, asked for {request.Provider}");
            throw Waiting(request, $"The key \"{row.Name}\" of tenant {row.Tenant} is for the provider \"{row.Provider}\" and is not sent to \"{request.Provider}\".");
        }

        var status = row.StatusAt(now);
        if (Unusable(status, policy) is { } why)
        {
            return policy is PlatformKeys.WhenUnusable && platform.Has(request.Reference)
                ? await platform.ResolveAsync(request, cancellationToken)
                : throw Waiting(request, $"The key \"{row.Name}\" of tenant {row.Tenant} (version {row.Version}) {why}.");
        }

        return await OpenAsync(row, request, now, cancellationToken);
    }

    public async ValueTask<ModelException> FailedAsync(ChatCredential credential, ModelException failure, CancellationToken cancellationToken)
    {
        if (credential is not VaultCredential used)
            return failure;

        switch (failure.Kind)
        {
            case ModelFailureKind.CredentialInvalid or ModelFailureKind.PermissionDenied:
                Refused(used, failure);
                break;
            case ModelFailureKind.ProviderBilling or ModelFailureKind.BudgetExceeded:
                database.Write(transaction => CredentialVault.SetStatus(transaction, used.Row, CredentialStatus.Quota, verifiedAt: null));
                break;
            case ModelFailureKind.EndpointRefused:
                break;
            default:
                return failure;
        }

        return new(ModelFailureKind.CredentialWaiting, retryable: false, $"{failure.Message} The call waits for the key \"{used.Row.Name}\" of tenant {used.Row.Tenant}.", failure.InnerException)
        {
            StatusCode = failure.StatusCode,
            RequestId = failure.RequestId,
            WaitFor = used.WaitFor,
        };
    }

    public ValueTask AnsweredAsync(ChatCredential credential, CancellationToken cancellationToken)
    {
        if (credential is VaultCredential { Row: { } row } && (row.Stored is not CredentialStatus.Active || row.Refused > 0))
            database.Write(transaction => CredentialVault.SetStatus(transaction, row, CredentialStatus.Active, time.GetUtcNow()));
        return default;
    }

    private async Task<ChatCredential> OpenAsync(CredentialRow row, ChatCredentialRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var secret = await vault.OpenAsync(row, cancellationToken);
            var withdrawn = new CancellationTokenSource();
            var credential = new VaultCredential(secret, row, now, active, withdrawn)
            {
                Kind = ChatCredential.Own,
                Id = row.Id,
                Version = row.Version,
                BaseUrl = row.BaseUrl is null ? null : new(row.BaseUrl),
                Handler = row.BaseUrl is null ? null : EndpointGuard.Handler(options.AllowPrivateEndpoints),
                Withdrawn = withdrawn.Token,
                WaitFor = WaitingNames.Credential(request.Tenant, request.Reference),
            };
            active.Add(credential);
            Enter(row, request, "use", "ok");
            return credential;
        }
        catch (VaultException exception) when (exception.Failure is VaultFailure.KeyServiceUnavailable)
        {
            throw new ModelException(ModelFailureKind.Unavailable, retryable: true, exception.Message, exception);
        }
        catch (VaultException exception)
        {
            Enter(row, request, "use_denied", exception.Message);
            throw Waiting(request, exception.Message);
        }
    }

    // One refusal may be the provider's own trouble. It counts twice only when the second request began after the first had failed: a hundred calls
    // that are refused in the same moment say no more than one.
    private void Refused(VaultCredential used, ModelException failure)
    {
        var now = time.GetUtcNow();
        database.Write(transaction =>
        {
            if (CredentialRow.ById(transaction, used.Row.Tenant, used.Row.Id) is not { } row || row.Version != used.Row.Version)
                return;

            var again = row.Refused > 0 && now - row.RefusedAt <= options.RefusalWindow;
            if (again && used.ResolvedAt <= row.RefusedAt)
                return;

            if (again)
            {
                CredentialVault.SetStatus(transaction, row, CredentialStatus.Invalid, verifiedAt: null);
                AuditLog.Add(transaction, vault.Entry(row.Tenant, row.Id, row.Version, "refused", Worker, failure.Message));
                return;
            }

            transaction.Execute(
                "UPDATE credential SET refused = 1, refused_at = $now WHERE id = $id AND version = $version",
                ("$now", CredentialRow.Text(now)), ("$id", row.Id), ("$version", row.Version));
        });
    }

    private void Enter(CredentialRow row, ChatCredentialRequest request, string action, string result)
    {
        if (request.RunId is { } known && database.Read(transaction => AuditLog.Has(transaction, known, row.Id, row.Version, action)))
            return;

        database.Write(transaction =>
        {
            if (request.RunId is { } run && AuditLog.Has(transaction, run, row.Id, row.Version, action))
                return;
            AuditLog.Add(transaction, vault.Entry(row.Tenant, row.Id, row.Version, action, Worker, result) with { RunId = request.RunId, ActivityId = request.ActivityId });
            if (action == "use")
            {
                transaction.Execute(
                    "UPDATE credential SET last_used_at = $now WHERE id = $id", ("$now", CredentialRow.Text(time.GetUtcNow())), ("$id", row.Id));
            }
        });
    }

    private static string? Unusable(CredentialStatus status, PlatformKeys policy) => status switch
    {
        CredentialStatus.Unverified or CredentialStatus.Active => null,
        // Asked all the same where there is no other: only the provider knows when there is something left again, and each run looks but seldom.
        CredentialStatus.Quota => policy is PlatformKeys.WhenUnusable ? "has nothing left with the provider" : null,
        CredentialStatus.Invalid => "was refused by the provider",
        CredentialStatus.Revoked => "was revoked",
        CredentialStatus.Expired => "has expired",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    private static ModelException Waiting(ChatCredentialRequest request, string message) =>
        new(ModelFailureKind.CredentialWaiting, retryable: false, message) { WaitFor = WaitingNames.Credential(request.Tenant, request.Reference) };
}
