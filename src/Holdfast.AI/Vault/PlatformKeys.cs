namespace Holdfast.AI.Vault;

/// <summary>
/// When a tenant's runs may use the platform's own key (<see cref="Chat.DurableChatBuilder.AddCredential"/>) in place of one of the tenant's.
/// Tenants bring their keys for billing, privacy and residency, so they are not overridden silently.
/// </summary>
public enum PlatformKeys
{
    /// <summary>Runs wait for the tenant's key.</summary>
    Never,

    /// <summary>Where the tenant has no key of that name.</summary>
    WhenMissing,

    /// <summary>Also where its key is refused, revoked, expired or without means.</summary>
    WhenUnusable,
}
