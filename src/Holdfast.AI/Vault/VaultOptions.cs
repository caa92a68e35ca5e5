namespace Holdfast.AI.Vault;

/// <summary>How the vault treats what a tenant has not settled.</summary>
public sealed record VaultOptions
{
    /// <summary>For tenants without a policy of their own.</summary>
    public PlatformKeys PlatformKeys { get; init; } = PlatformKeys.Never;

    /// <summary>The same for runs of no tenant (<see cref="Tenants.TenantNames.Default"/>): often the platform's own work.</summary>
    public PlatformKeys PlatformKeysOfDefaultTenant { get; init; } = PlatformKeys.Never;

    /// <summary>Whether tenants' own endpoints may lie in private networks or on this machine, and be plain http: for models that you run yourself.</summary>
    public bool AllowPrivateEndpoints { get; init; }

    /// <summary>
    /// What else than model providers the program keeps secrets for: names that stand where a provider's would, such as <c>mail</c>. Such a secret is given to no
    /// provider, and its program can have it back (<see cref="CredentialVault.RevealAsync"/>). None of its characters is shown.
    /// </summary>
    public IReadOnlyList<string> OtherUses { get; init; } = [];

    /// <summary>How often calls under way ask whether their key was revoked by another process. Within one process they hear of it at once.</summary>
    public TimeSpan RevocationCheck { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Two refusals of the provider count as two, and so make a key invalid, when they are no further apart than this.</summary>
    public TimeSpan RefusalWindow { get; init; } = TimeSpan.FromMinutes(10);
}
