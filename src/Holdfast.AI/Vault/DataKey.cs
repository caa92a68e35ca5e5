using System.Security.Cryptography;

namespace Holdfast.AI.Vault;

/// <summary>A tenant's data key in the clear, for as long as it takes to use it.</summary>
internal readonly record struct DataKey(string Id, byte[] Key) : IDisposable
{
    public void Dispose() => CryptographicOperations.ZeroMemory(Key);

    /// <summary>Names the key and does not show it.</summary>
    public override string ToString() => Id;
}
