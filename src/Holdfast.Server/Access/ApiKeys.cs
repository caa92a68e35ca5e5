using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Holdfast.Server.Access;

/// <summary>
/// Lets only those in who hold a key. The server knows the keys' SHA-256 alone, so a configuration that leaks opens nothing: a key is a long
/// random value, for which a slow hash would add nothing.
/// </summary>
internal sealed class ApiKeys(IOptions<HoldfastServerOptions> options)
{
    private const string Scheme = "Bearer ";

    // gRPC's UNAUTHENTICATED, 16.
    private const string Unauthenticated = "16";

    private readonly byte[][] hashes = [.. options.Value.ApiKeyHashes.Select(Hash)];

    /// <summary>Refuses requests without a key before anything of them is read.</summary>
    public RequestDelegate Guard(RequestDelegate next) => hashes.Length == 0 ? next : context => Opens(context.Request) ? next(context) : Refuse(context);

    private static byte[] Hash(string digits) => digits.Length == SHA256.HashSizeInBytes * 2
        ? Convert.FromHexString(digits)
        : throw new FormatException("ApiKeyHashes holds something that is no SHA-256: each must be 64 hexadecimal digits.");

    private bool Opens(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;

        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()), given);

        // All keys are compared, each in constant time: the time taken tells nothing of how near a guess came.
        var opens = false;
        foreach (var hash in hashes)
            opens |= CryptographicOperations.FixedTimeEquals(hash, given);
        return opens;
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = Unauthenticated;
        context.Response.Headers["grpc-message"] = "Request unauthorized: it needs the header 'authorization: Bearer KEY' with a valid API key.";
        return Task.CompletedTask;
    }
}
