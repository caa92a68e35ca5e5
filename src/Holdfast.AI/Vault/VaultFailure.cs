namespace Holdfast.AI.Vault;

/// <summary>Why the vault did not do what it was asked.</summary>
public enum VaultFailure
{
    /// <summary>What was given cannot be taken; the message says why.</summary>
    Invalid,

    /// <summary>There is no such credential of this tenant.</summary>
    NotFound,

    /// <summary>There is another credential of this name.</summary>
    Conflict,

    /// <summary>The provider could not be asked.</summary>
    ProviderUnavailable,

    /// <summary>The key that wraps data keys cannot be reached now.</summary>
    KeyServiceUnavailable,

    /// <summary>What is stored does not fit its place or its key: it was changed, copied from elsewhere, or the wrapping key is missing.</summary>
    Undecryptable,
}
