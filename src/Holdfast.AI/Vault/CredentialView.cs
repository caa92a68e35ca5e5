namespace Holdfast.AI.Vault;

/// <summary>What may be seen of a credential: everything but its secret.</summary>
public sealed record CredentialView
{
    public required string Id { get; init; }

    public required string Tenant { get; init; }

    /// <summary>The reference that models name.</summary>
    public required string Name { get; init; }

    /// <summary>The workflow type that alone may use it; null: all of the tenant's.</summary>
    public string? WorkflowType { get; init; }

    /// <summary>The provider's name in the set-up. It is sent to no other.</summary>
    public required string Provider { get; init; }

    /// <summary>The tenant's own endpoint; null: the provider's.</summary>
    public Uri? BaseUrl { get; init; }

    public required CredentialStatus Status { get; init; }

    /// <summary>The newest version, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>The secret's last four characters; empty when it is too short to show any.</summary>
    public required string Last4 { get; init; }

    /// <summary>Tells whether two secrets are the same, and nothing else of them. 32 hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>As people read it: <c>…wxyz</c>.</summary>
    public string Masked => $"…{Last4}";

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the newest version was put in.</summary>
    public required DateTimeOffset RotatedAt { get; init; }

    /// <summary>When the provider last said that it accepts it.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>When a run first used it that has used it last.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}
