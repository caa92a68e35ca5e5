using System.Security.Cryptography;
using System.Text.Json;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>Tells whether settings are the same. It is kept in memory alone, as passwords go into it.</summary>
internal static class SettingsDigest
{
    public static string Of(params object?[] parts) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts)));
}
