namespace Holdfast.AI.Vault;

/// <summary>What is known of a credential's newest version.</summary>
public enum CredentialStatus
{
    /// <summary>Not tried yet. It is used; the first answer makes it active.</summary>
    Unverified,

    Active,

    /// <summary>The provider refused it. Not used until there is a new version.</summary>
    Invalid,

    /// <summary>The provider says that its account has nothing left. Runs wait, and look from time to time.</summary>
    Quota,

    /// <summary>Withdrawn by its owner. Its secret is gone; a new version makes it usable again.</summary>
    Revoked,

    /// <summary>Its time is over. Not used until there is a new version.</summary>
    Expired,
}
