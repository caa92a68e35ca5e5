using System.Security.Cryptography;
using System.Text;

namespace Holdfast.AI.Vault;

/// <summary>
/// The wrapping key in a file of 32 bytes that only its owner may read. It is made on first use. Whoever loses it loses all that the vault holds:
/// back it up apart from the database.
/// </summary>
public sealed class KeyFile : IKeyWrapper
{
    private const int Length = 32;

    private readonly Dictionary<string, byte[]> keys;

    private KeyFile(string keyId, Dictionary<string, byte[]> keys)
    {
        KeyId = keyId;
        this.keys = keys;
    }

    public string KeyId { get; }

    /// <param name="path">The file; made when it is missing.</param>
    /// <param name="earlier">Files of earlier keys, which must exist: until <see cref="CredentialVault.RewrapAsync"/> has been through, they are needed.</param>
    /// <exception cref="VaultException">A file can be read by others, is no key, or cannot be read.</exception>
    public static KeyFile Open(string path, params string[] earlier)
    {
        try
        {
            Make(path);
            var current = Read(path);
            var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal) { [IdOf(current)] = current };
            foreach (var file in earlier)
            {
                var key = Read(file);
                keys[IdOf(key)] = key;
            }

            return new(IdOf(current), keys);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VaultException(VaultFailure.KeyServiceUnavailable, $"The key file cannot be used: {exception.Message}", exception);
        }
    }

    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, string context, CancellationToken cancellationToken) =>
        new(SecretBox.Seal(keys[KeyId], key.Span, context));

    public ValueTask<byte[]> UnwrapAsync(string keyId, ReadOnlyMemory<byte> wrapped, string context, CancellationToken cancellationToken)
    {
        if (!keys.TryGetValue(keyId, out var key))
            throw new VaultException(VaultFailure.Undecryptable, $"The key file with the id {keyId} is needed. Name it among the earlier ones.");

        try
        {
            return new(SecretBox.Open(key, wrapped.Span, context));
        }
        catch (CryptographicException exception)
        {
            throw new VaultException(VaultFailure.Undecryptable, "A tenant's data key does not fit its place: it was changed or copied from elsewhere.", exception);
        }
    }

    private static void Make(string path)
    {
        if (File.Exists(path))
            return;

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        // Written beside and then put in place whole, and never over another: two programs that start together agree on one key.
        var made = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(made, options))
            {
                file.Write(RandomNumberGenerator.GetBytes(Length));
                file.Flush(flushToDisk: true);
            }

            File.Move(made, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another program was faster: its key counts.
        }
        finally
        {
            File.Delete(made);
        }
    }

    private static byte[] Read(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) is not UnixFileMode.None)
            throw new VaultException(VaultFailure.KeyServiceUnavailable, $"The key file {path} can be read by others. Let only its owner read it (chmod 600), and consider its key known.");

        var key = File.ReadAllBytes(path);
        return key.Length == Length
            ? key
            : throw new VaultException(VaultFailure.KeyServiceUnavailable, $"The key file {path} has {key.Length} bytes; a key has {Length}.");
    }

    // Tells keys apart and tells nothing of them.
    private static string IdOf(byte[] key) => $"file:{Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes("holdfast key id")))[..16]}";
}
