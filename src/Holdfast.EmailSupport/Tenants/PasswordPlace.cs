namespace Holdfast.EmailSupport.Tenants;

/// <summary>Where a person wants a mail server's password to be.</summary>
internal enum PasswordPlace
{
    /// <summary>Where it is already.</summary>
    Keep,

    /// <summary>In the vault, as it is put in now.</summary>
    Vault,

    /// <summary>In an environment variable.</summary>
    Environment,

    /// <summary>In a file.</summary>
    File,

    /// <summary>The server asks for none.</summary>
    None,
}
