namespace Holdfast.AI.Vault;

/// <summary>
/// Wraps data keys with a key that the database does not hold: a file, ASP.NET Core's data protection, or a key service of your own.
/// </summary>
public interface IKeyWrapper
{
    /// <summary>The id of the key that wraps now. What earlier keys wrapped is still unwrapped, by their ids.</summary>
    string KeyId { get; }

    /// <param name="context">Where the wrapped key belongs; must be the same when it is unwrapped.</param>
    /// <exception cref="VaultException"><see cref="VaultFailure.KeyServiceUnavailable"/>.</exception>
    ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, string context, CancellationToken cancellationToken);

    /// <param name="keyId">The <see cref="KeyId"/> at the time of wrapping.</param>
    /// <exception cref="VaultException"><see cref="VaultFailure.KeyServiceUnavailable"/>, or <see cref="VaultFailure.Undecryptable"/>.</exception>
    ValueTask<byte[]> UnwrapAsync(string keyId, ReadOnlyMemory<byte> wrapped, string context, CancellationToken cancellationToken);
}
