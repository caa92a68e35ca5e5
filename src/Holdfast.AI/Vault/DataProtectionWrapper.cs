using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Holdfast.AI.Vault;

/// <summary>
/// Wraps with ASP.NET Core's data protection, which keeps and renews its keys itself. Give it a fixed application name, a place that all processes
/// share, and protection at rest; whoever loses its keys loses all that the vault holds.
/// </summary>
public sealed class DataProtectionWrapper(IDataProtectionProvider protection) : IKeyWrapper
{
    // Data protection writes the id of its own key into what it protects.
    public string KeyId => "dataprotection";

    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, string context, CancellationToken cancellationToken) =>
        new(Protector(context).Protect(key.ToArray()));

    public ValueTask<byte[]> UnwrapAsync(string keyId, ReadOnlyMemory<byte> wrapped, string context, CancellationToken cancellationToken)
    {
        if (keyId != KeyId)
            throw new VaultException(VaultFailure.Undecryptable, $"A tenant's data key was wrapped by {keyId}, which is not configured.");

        try
        {
            return new(Protector(context).Unprotect(wrapped.ToArray()));
        }
        catch (CryptographicException exception)
        {
            throw new VaultException(VaultFailure.Undecryptable, "Data protection cannot unwrap a tenant's data key: its key is missing or revoked, or the data key was changed.", exception);
        }
    }

    private IDataProtector Protector(string context) => protection.CreateProtector("Holdfast.Vault.v1", context);
}
