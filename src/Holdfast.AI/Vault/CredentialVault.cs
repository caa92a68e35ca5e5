using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Holdfast.AI.Database;
using Holdfast.AI.Models;
using Holdfast.AI.Network;
using Holdfast.AI.Secrets;
using Holdfast.AI.Tenants;
using Holdfast.AI.Waiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.AI.Vault;

/// <summary>
/// The tenants' own provider keys. A secret goes in and is never given out again but to the provider that it is for: what can be read is
/// masked. Each secret is sealed with its tenant's data key for its own place, and each data key is wrapped by a key outside the database.
/// </summary>
/// <remarks>
/// Several processes may use one vault. What is done to a credential counts from the next model call on; runs that wait for it are woken when
/// an <see cref="ITemporalClient"/> is among the services, and otherwise look by themselves within an hour.
/// </remarks>
public sealed partial class CredentialVault
{
    // Room for any provider's key, and no room for mistakes such as a pasted file.
    private const int MaxSecretLength = 4096;

    // What is shown of a secret must not help to guess it.
    private const int MinLengthToShow = 16;

    private readonly ConcurrentDictionary<(string Id, int Version), bool> revealed = [];
    private readonly AIDatabase database;
    private readonly TenantKeys keys;
    private readonly VaultOptions options;
    private readonly ProviderProbe? probe;
    private readonly IServiceProvider services;
    private readonly TimeProvider time;
    private readonly ILogger<CredentialVault> logger;

    internal CredentialVault(AIDatabase database, TenantKeys keys, VaultOptions options, ProviderProbe? probe, IServiceProvider services, TimeProvider time, ILogger<CredentialVault> logger)
    {
        this.database = database;
        this.keys = keys;
        this.options = options;
        this.probe = probe;
        this.services = services;
        this.time = time;
        this.logger = logger;
        database.Migrate("vault", AIDatabase.Schemas(typeof(CredentialVault).Assembly, "Holdfast.AI.Vault.Schema."));
    }

    /// <summary>Told of credentials that may not be used any longer, by their ids.</summary>
    internal event Action<string>? Withdrawn;

    /// <summary>All credentials of a tenant, or of all tenants.</summary>
    public IReadOnlyList<CredentialView> List(string? tenant = null)
    {
        var now = time.GetUtcNow();
        return [.. database.Read(transaction => CredentialRow.All(transaction, tenant)).Select(row => row.View(now))];
    }

    /// <returns>Null when the tenant has none of this id.</returns>
    public CredentialView? Find(string tenant, string id) => database.Read(transaction => CredentialRow.ById(transaction, tenant, id))?.View(time.GetUtcNow());

    /// <summary>What was done, newest first.</summary>
    /// <param name="before">Only entries before this sequence number: the last one of the page before.</param>
    public IReadOnlyList<CredentialAuditEntry> Audit(string? tenant = null, string? credentialId = null, long before = long.MaxValue, int limit = 100) =>
        database.Read(transaction => AuditLog.Read(transaction, tenant, credentialId, before, limit));

    /// <summary>
    /// Puts a key in. It is used from the next model call on; <see cref="VerifyAsync"/> asks the provider beforehand. Putting the same key in again
    /// under the same name changes nothing.
    /// </summary>
    /// <exception cref="VaultException"><see cref="VaultFailure.Invalid"/>, or <see cref="VaultFailure.Conflict"/>: there is another key of this name, to be rotated.</exception>
    public async Task<CredentialView> CreateAsync(NewCredential credential, VaultActor actor, CancellationToken cancellationToken = default)
    {
        Check(credential);
        var row = await StoreAsync(credential, actor, cancellationToken);
        await ResumeAsync(row, cancellationToken);
        return row.View(time.GetUtcNow());
    }

    /// <summary>
    /// Puts a new version in, and erases the secret of the one before. Requests under way end with the old one; every later one uses the new. Runs that
    /// wait for this key go on.
    /// </summary>
    /// <param name="baseUrl">The new version's endpoint; null: the provider's own. It goes with the secret, so that nobody can have a stored one sent elsewhere.</param>
    /// <exception cref="VaultException"><see cref="VaultFailure.Invalid"/> or <see cref="VaultFailure.NotFound"/>.</exception>
    public async Task<CredentialView> RotateAsync(
        string tenant, string id, Secret secret, VaultActor actor, Uri? baseUrl = null, DateTimeOffset? expiresAt = null, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var old = Existing(tenant, id);
            Check(old.Provider, secret, baseUrl, expiresAt);
            var version = old.Version + 1;
            using var key = await keys.ActiveAsync(tenant, cancellationToken);
            var box = Seal(key, secret, CredentialRow.ContextOf(tenant, id, old.Provider, version, key.Id, baseUrl?.ToString()));
            var fingerprint = await FingerprintAsync(secret, cancellationToken);
            var now = time.GetUtcNow();
            var done = database.Write(transaction =>
            {
                var changed = TenantKeys.IsActive(transaction, key.Id) ? transaction.Execute(
                    """
                    UPDATE credential SET version = $version, status = 'unverified', refused = 0, refused_at = NULL, verified_at = NULL, expires_at = $expires
                    WHERE id = $id AND version = $old AND deleted_at IS NULL
                    """,
                    ("$version", version), ("$expires", expiresAt is { } until ? CredentialRow.Text(until) : null), ("$id", id), ("$old", old.Version)) : 0;
                if (changed == 0)
                    return false;

                // Nobody reads it again: every attempt takes the newest, and one that is under way has it in memory.
                EraseSecrets(transaction, id);
                InsertVersion(transaction, id, version, baseUrl, box, key.Id, Shown(old.Provider, secret), fingerprint, actor, now);
                AuditLog.Add(transaction, Entry(tenant, id, version, "rotate", actor, "ok"));
                return true;
            });
            if (!done)
                // Another rotation, of this secret or of the tenant's data key, was faster.
                continue;

            var row = Existing(tenant, id);
            await ResumeAsync(row, cancellationToken);
            return row.View(now);
        }
    }

    /// <summary>Asks the provider whether it takes the key, by a request that costs nothing, and keeps the answer as its status. Runs that wait go on when it does.</summary>
    /// <exception cref="VaultException">
    /// <see cref="VaultFailure.NotFound"/>, <see cref="VaultFailure.ProviderUnavailable"/> (the status stays), or <see cref="VaultFailure.Invalid"/>: it is
    /// revoked, or its provider cannot be asked.
    /// </exception>
    public async Task<CredentialView> VerifyAsync(string tenant, string id, VaultActor actor, CancellationToken cancellationToken = default)
    {
        var row = Existing(tenant, id);
        if (options.OtherUses.Contains(row.Provider))
            throw new VaultException(VaultFailure.Invalid, $"It is kept for {row.Provider}: there is no provider to ask.");
        if (probe is null || row.Sealed is null)
            throw new VaultException(VaultFailure.Invalid, row.Sealed is null ? "It is revoked: there is nothing to verify." : "This program has no providers to ask.");

        var secret = await OpenAsync(row, cancellationToken);
        using var hidden = Redaction.Hide(secret);
        var (status, result) = (CredentialStatus.Active, "ok");
        try
        {
            await probe.AskAsync(row.Provider, secret, row.BaseUrl, cancellationToken);
        }
        catch (ModelException exception)
        {
            result = Redaction.Clean(exception.Message);
            CredentialStatus? told = exception.Kind switch
            {
                ModelFailureKind.CredentialInvalid or ModelFailureKind.PermissionDenied => CredentialStatus.Invalid,
                ModelFailureKind.ProviderBilling or ModelFailureKind.BudgetExceeded => CredentialStatus.Quota,
                _ => null,
            };
            if (told is null)
            {
                database.Write(transaction => AuditLog.Add(transaction, Entry(tenant, id, row.Version, "verify", actor, result)));
                throw new VaultException(exception.Kind == ModelFailureKind.EndpointRefused ? VaultFailure.Invalid : VaultFailure.ProviderUnavailable, result);
            }

            status = told.Value;
        }

        var now = time.GetUtcNow();
        database.Write(transaction =>
        {
            SetStatus(transaction, row, status, status is CredentialStatus.Active ? now : null);
            AuditLog.Add(transaction, Entry(tenant, id, row.Version, "verify", actor, result));
        });
        var after = Existing(tenant, id);
        if (status is CredentialStatus.Active)
            await ResumeAsync(after, cancellationToken);
        return after.View(now);
    }

    /// <summary>Withdraws a key at once: its secret is erased, and calls under way with it are broken off. Its runs wait for a new version.</summary>
    /// <exception cref="VaultException"><see cref="VaultFailure.NotFound"/>.</exception>
    public CredentialView Revoke(string tenant, string id, VaultActor actor)
    {
        var row = Existing(tenant, id);
        database.Write(transaction =>
        {
            transaction.Execute("UPDATE credential SET status = 'revoked' WHERE id = $id", ("$id", id));
            EraseSecrets(transaction, id);
            AuditLog.Add(transaction, Entry(tenant, id, row.Version, "revoke", actor, "ok"));
        });
        Withdrawn?.Invoke(id);
        return Existing(tenant, id).View(time.GetUtcNow());
    }

    /// <summary>Revokes a key and forgets it: its name is free again. The audit stays.</summary>
    /// <exception cref="VaultException"><see cref="VaultFailure.NotFound"/>.</exception>
    public void Delete(string tenant, string id, VaultActor actor)
    {
        var row = Existing(tenant, id);
        database.Write(transaction =>
        {
            transaction.Execute(
                "UPDATE credential SET status = 'revoked', deleted_at = $now WHERE id = $id", ("$id", id), ("$now", CredentialRow.Text(time.GetUtcNow())));
            EraseSecrets(transaction, id);
            AuditLog.Add(transaction, Entry(tenant, id, row.Version, "delete", actor, "ok"));
        });
        Withdrawn?.Invoke(id);
    }

    /// <summary>Gives out a secret that the program keeps for something else than a model provider, see <see cref="VaultOptions.OtherUses"/>. The audit names each version's first use by this program.</summary>
    /// <param name="use">What it was put in for, in the place of a provider.</param>
    /// <returns>Null when the tenant has none of this name for this use, or it was revoked or has expired.</returns>
    /// <exception cref="VaultException"><see cref="VaultFailure.Undecryptable"/>, <see cref="VaultFailure.KeyServiceUnavailable"/>, or <see cref="VaultFailure.Invalid"/>: secrets of model providers are not given out.</exception>
    public async Task<Secret?> RevealAsync(string tenant, string name, string use, VaultActor actor, CancellationToken cancellationToken = default)
    {
        if (!options.OtherUses.Contains(use))
            throw new VaultException(VaultFailure.Invalid, $"Secrets for {use} are not given out.");
        if (database.Read(transaction => CredentialRow.ByName(transaction, tenant, name, "")) is not { Sealed: not null } row || row.Provider != use
            || row.StatusAt(time.GetUtcNow()) is CredentialStatus.Revoked or CredentialStatus.Expired)
            return null;

        var secret = await OpenAsync(row, cancellationToken);
        if (revealed.TryAdd((row.Id, row.Version), true))
            database.Write(transaction => AuditLog.Add(transaction, Entry(tenant, row.Id, row.Version, "use", actor, "ok")));
        return secret;
    }

    /// <summary>When the tenant's runs may use the platform's keys.</summary>
    public PlatformKeys PlatformKeysOf(string tenant) => database.Read(transaction => PlatformKeysOf(transaction, tenant));

    /// <summary>Settles when the tenant's runs may use the platform's keys, whatever the default is.</summary>
    public void SetPlatformKeys(string tenant, PlatformKeys policy, VaultActor actor)
    {
        CheckTenant(tenant);
        var text = policy switch
        {
            PlatformKeys.Never => "never",
            PlatformKeys.WhenMissing => "when_missing",
            PlatformKeys.WhenUnusable => "when_unusable",
            _ => throw new ArgumentOutOfRangeException(nameof(policy)),
        };
        database.Write(transaction =>
        {
            transaction.Execute(
                "INSERT INTO tenant_key_policy (tenant, platform_keys) VALUES ($tenant, $policy) ON CONFLICT (tenant) DO UPDATE SET platform_keys = $policy",
                ("$tenant", tenant), ("$policy", text));
            AuditLog.Add(transaction, Entry(tenant, null, null, "policy", actor, text));
        });
    }

    internal PlatformKeys PlatformKeysOf(AITransaction transaction, string tenant) =>
        transaction.Query("SELECT platform_keys FROM tenant_key_policy WHERE tenant = $tenant", row => row.GetString(0), ("$tenant", tenant)) switch
        {
            ["never"] => PlatformKeys.Never,
            ["when_missing"] => PlatformKeys.WhenMissing,
            ["when_unusable"] => PlatformKeys.WhenUnusable,
            _ => tenant == TenantNames.Default ? options.PlatformKeysOfDefaultTenant : options.PlatformKeys,
        };

    /// <summary>Changes the status, unless there is a newer version or somebody revoked this one.</summary>
    internal static void SetStatus(AITransaction transaction, CredentialRow row, CredentialStatus status, DateTimeOffset? verifiedAt) => transaction.Execute(
        """
        UPDATE credential SET status = $status, refused = 0, refused_at = NULL, verified_at = coalesce($verified, verified_at)
        WHERE id = $id AND version = $version AND status <> 'revoked'
        """,
        ("$status", CredentialRow.Text(status)), ("$verified", verifiedAt is { } at ? CredentialRow.Text(at) : null), ("$id", row.Id), ("$version", row.Version));

    /// <exception cref="VaultException"><see cref="VaultFailure.Undecryptable"/> or <see cref="VaultFailure.KeyServiceUnavailable"/>.</exception>
    internal async Task<Secret> OpenAsync(CredentialRow row, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await OpenOnceAsync(row, cancellationToken);
            }
            catch (VaultException exception) when (exception.Failure is VaultFailure.Undecryptable)
            {
                // Since the row was read, the tenant's data key may have been replaced, and the old one destroyed.
                if (database.Read(transaction => CredentialRow.ById(transaction, row.Tenant, row.Id)) is not { Sealed: not null } now || now.Version != row.Version || now.DekId == row.DekId)
                    throw;
                row = now;
            }
        }
    }

    private async Task<Secret> OpenOnceAsync(CredentialRow row, CancellationToken cancellationToken)
    {
        using var key = await keys.OpenAsync(row.Tenant, row.DekId, cancellationToken);
        try
        {
            var plain = SecretBox.Open(key.Key, row.Sealed, row.Context);
            var secret = new Secret(Encoding.UTF8.GetString(plain));
            CryptographicOperations.ZeroMemory(plain);
            return secret;
        }
        catch (CryptographicException exception)
        {
            throw new VaultException(VaultFailure.Undecryptable, $"The secret of {row.Id} does not fit its place: it was changed or copied from elsewhere.", exception);
        }
    }

    internal CredentialAuditEntry Entry(string tenant, string? id, int? version, string action, VaultActor actor, string result) =>
        new(0, time.GetUtcNow(), tenant, id, version, action, actor.Name, actor.Address, null, null, result);

    private async Task<CredentialRow> StoreAsync(NewCredential credential, VaultActor actor, CancellationToken cancellationToken)
    {
        var fingerprint = await FingerprintAsync(credential.Secret, cancellationToken);
        var type = credential.WorkflowType ?? "";
        while (true)
        {
            var id = $"cred_{Guid.CreateVersion7(time.GetUtcNow()):N}";
            using var key = await keys.ActiveAsync(credential.Tenant, cancellationToken);
            var box = Seal(key, credential.Secret, CredentialRow.ContextOf(credential.Tenant, id, credential.Provider, 1, key.Id, credential.BaseUrl?.ToString()));
            var now = time.GetUtcNow();
            var stored = database.Write(transaction =>
            {
                if (CredentialRow.ByName(transaction, credential.Tenant, credential.Name, type) is { } existing)
                {
                    return existing.Fingerprint == fingerprint && existing.Provider == credential.Provider && existing.BaseUrl == credential.BaseUrl?.ToString()
                        && existing.Stored is not CredentialStatus.Revoked
                        ? existing
                        : throw new VaultException(VaultFailure.Conflict, $"The tenant {credential.Tenant} has a key \"{credential.Name}\" already ({existing.Id}). Rotate it.");
                }

                if (!TenantKeys.IsActive(transaction, key.Id))
                    return null;

                transaction.Execute(
                    """
                    INSERT INTO credential (id, tenant, workflow_type, name, provider, status, version, refused, created_by, created_at, expires_at)
                    VALUES ($id, $tenant, $type, $name, $provider, 'unverified', 1, 0, $who, $now, $expires)
                    """,
                    ("$id", id), ("$tenant", credential.Tenant), ("$type", type), ("$name", credential.Name), ("$provider", credential.Provider), ("$who", actor.Name),
                    ("$now", CredentialRow.Text(now)), ("$expires", credential.ExpiresAt is { } until ? CredentialRow.Text(until) : null));
                InsertVersion(transaction, id, 1, credential.BaseUrl, box, key.Id, Shown(credential.Provider, credential.Secret), fingerprint, actor, now);
                AuditLog.Add(transaction, Entry(credential.Tenant, id, 1, "create", actor, "ok"));
                return CredentialRow.ById(transaction, credential.Tenant, id);
            });
            if (stored is not null)
                return stored;
        }
    }

    private CredentialRow Existing(string tenant, string id) =>
        database.Read(transaction => CredentialRow.ById(transaction, tenant, id))
        ?? throw new VaultException(VaultFailure.NotFound, $"The tenant {tenant} has no credential {id}.");

    private void Check(NewCredential credential)
    {
        CheckTenant(credential.Tenant);
        if (!Name().IsMatch(credential.Name))
            throw new VaultException(VaultFailure.Invalid, "A credential's name has letters, digits, dots, underscores and hyphens, 100 at most.");
        if (credential.WorkflowType is { Length: 0 or > 1000 })
            throw new VaultException(VaultFailure.Invalid, "The workflow type is empty or longer than 1,000 characters.");
        Check(credential.Provider, credential.Secret, credential.BaseUrl, credential.ExpiresAt);
    }

    private void Check(string provider, Secret secret, Uri? baseUrl, DateTimeOffset? expiresAt)
    {
        var text = secret.Reveal();
        if (text.Length is 0 or > MaxSecretLength)
            throw new VaultException(VaultFailure.Invalid, text.Length == 0 ? "The key is empty." : $"The key is longer than {MaxSecretLength} characters.");
        if (options.OtherUses.Contains(provider))
        {
            if (text.Any(char.IsControl) || baseUrl is not null)
                throw new VaultException(VaultFailure.Invalid, baseUrl is null ? "A secret has no line ends or other control characters." : $"A secret for {provider} has no endpoint.");
            if (expiresAt <= time.GetUtcNow())
                throw new VaultException(VaultFailure.Invalid, "The key expires in the past.");
            return;
        }

        // It becomes a header's value.
        if (!text.All(char.IsAscii) || text.Any(c => char.IsControl(c) || c == ' '))
            throw new VaultException(VaultFailure.Invalid, "A key has no spaces, line ends or characters outside ASCII.");
        if (probe?.Problem(provider, text) is { } problem)
            throw new VaultException(VaultFailure.Invalid, problem);
        if (baseUrl is not null && EndpointGuard.Problem(baseUrl, options.AllowPrivateEndpoints) is { } refused)
            throw new VaultException(VaultFailure.Invalid, refused);
        if (expiresAt <= time.GetUtcNow())
            throw new VaultException(VaultFailure.Invalid, "The key expires in the past.");
    }

    private static void CheckTenant(string tenant)
    {
        if (!TenantNames.IsValid(tenant))
            throw new VaultException(VaultFailure.Invalid, "A tenant's name has letters, digits, dots, underscores and hyphens, 100 at most.");
    }

    private static byte[] Seal(DataKey key, Secret secret, string context)
    {
        var plain = Encoding.UTF8.GetBytes(secret.Reveal());
        var box = SecretBox.Seal(key.Key, plain, context);
        CryptographicOperations.ZeroMemory(plain);
        return box;
    }

    private async Task<string> FingerprintAsync(Secret secret, CancellationToken cancellationToken)
    {
        using var pepper = await keys.ActiveAsync(TenantKeys.Platform, cancellationToken);
        return Convert.ToHexStringLower(HMACSHA256.HashData(pepper.Key, Encoding.UTF8.GetBytes(secret.Reveal())).AsSpan(0, 16));
    }

    // The end of a provider's key tells keys apart; the end of a password that a person chose helps to guess it.
    private string Shown(string provider, Secret secret) =>
        secret.Reveal() is { Length: >= MinLengthToShow } text && !options.OtherUses.Contains(provider) ? text[^4..] : "";

    private static void InsertVersion(
        AITransaction transaction, string id, int version, Uri? baseUrl, byte[] box, string dekId, string shown, string fingerprint, VaultActor actor, DateTimeOffset now)
    {
        transaction.Execute(
            """
            INSERT INTO credential_version (credential_id, version, base_url, secret, dek_id, last4, fingerprint, created_by, created_at)
            VALUES ($id, $version, $url, $secret, $dek, $last4, $fingerprint, $who, $now)
            """,
            ("$id", id), ("$version", version), ("$url", baseUrl?.ToString()), ("$secret", box), ("$dek", dekId), ("$last4", shown),
            ("$fingerprint", fingerprint), ("$who", actor.Name), ("$now", CredentialRow.Text(now)));
    }

    private static void EraseSecrets(AITransaction transaction, string id) =>
        transaction.Execute("UPDATE credential_version SET secret = NULL WHERE credential_id = $id AND secret IS NOT NULL", ("$id", id));

    private async Task ResumeAsync(CredentialRow row, CancellationToken cancellationToken)
    {
        if (services.GetService<ITemporalClient>() is not { } client)
            return;

        try
        {
            await WaitingRuns.ResumeAsync(client, WaitingNames.Credential(row.Tenant, row.Name), cancellationToken);
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The key is in, which is what was asked for. The runs look for it by themselves, only later.
            LogNotResumed(logger, row.Tenant, row.Name, exception);
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex Name();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Runs of tenant {Tenant} that wait for the key {Name} could not be woken; they look by themselves")]
    private static partial void LogNotResumed(ILogger logger, string tenant, string name, Exception exception);
}
