using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.AI.Approvals;

/// <summary>
/// The SHA-256 of exactly what a human approved, in lower-case hexadecimal. It is no secret and no signature: it catches a
/// program that would act on something else than was read and approved, not a forger.
/// </summary>
public static class ContentSeal
{
    /// <summary>Seals the content and what is bound to it. The order counts.</summary>
    public static string Of(string content, params IEnumerable<string> bound)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in bound.Prepend(content))
        {
            // Each part goes in with its length, so that moving a boundary between two parts changes the seal.
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
