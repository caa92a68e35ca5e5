using Holdfast.AI.Secrets;

namespace Holdfast.AI.Vault;

/// <summary>A key to put into the vault.</summary>
public sealed record NewCredential
{
    /// <summary>Whose it is, see <see cref="Tenants.TenantNames"/>.</summary>
    public required string Tenant { get; init; }

    /// <summary>The reference that models name: letters, digits, dot, underscore and hyphen, 100 at most.</summary>
    public required string Name { get; init; }

    /// <summary>The provider's name in the set-up.</summary>
    public required string Provider { get; init; }

    public required Secret Secret { get; init; }

    /// <summary>Only runs of this workflow type may use it, and prefer it; null: all of the tenant's.</summary>
    public string? WorkflowType { get; init; }

    /// <summary>The tenant's own endpoint, https; null: the provider's.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>From when on it is not used.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
