using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Dashboard.Hosting;

/// <summary>
/// The style sheet and scripts, embedded in this assembly. Each is read and compressed when it is first asked for, and
/// its address carries a hash of its content, so that a browser keeps it for good and yet sees a new version at once.
/// </summary>
internal sealed class DashboardAssets
{
    public const string Path = "/_dashboard";

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>
    {
        ["dashboard.css"] = "text/css; charset=utf-8",
        ["dashboard.js"] = "text/javascript; charset=utf-8",
        ["blazor.web.js"] = "text/javascript; charset=utf-8",
        ["icon.svg"] = "image/svg+xml",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, Lazy<Asset>> _assets =
        ContentTypes.Keys.ToFrozenDictionary(name => name, name => new Lazy<Asset>(() => Load(name)), StringComparer.Ordinal);

    /// <summary>The address of an asset, with the hash of its content.</summary>
    public string UrlOf(string name) => $"{Path}/{name}?v={_assets[name].Value.Hash}";

    public async Task SendAsync(string name, HttpContext context)
    {
        var response = context.Response;
        if (!_assets.TryGetValue(name, out var lazy))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var asset = lazy.Value;
        response.ContentType = ContentTypes[name];
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.CacheControl =
            context.Request.Query["v"] == asset.Hash ? "public, max-age=31536000, immutable" : "no-cache";

        var acceptsBrotli = context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        if (acceptsBrotli)
            response.Headers.ContentEncoding = "br";
        var bytes = acceptsBrotli ? asset.Brotli : Decompress(asset.Brotli);
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static Asset Load(string name)
    {
        using var source = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The dashboard's assembly was built without its asset '{name}'.");
        using var plain = new MemoryStream();
        source.CopyTo(plain);
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal))
            brotli.Write(plain.GetBuffer(), 0, (int)plain.Length);

        var hash = SHA256.HashData(plain.GetBuffer().AsSpan(0, (int)plain.Length));
        return new Asset(packed.ToArray(), Convert.ToHexStringLower(hash.AsSpan(0, 6)));
    }

    // Rare (a browser without brotli, curl), so the plain form is not kept in memory.
    private static byte[] Decompress(byte[] brotli)
    {
        using var source = new BrotliStream(new MemoryStream(brotli), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        source.CopyTo(plain);
        return plain.ToArray();
    }

    private sealed record Asset(byte[] Brotli, string Hash);
}
