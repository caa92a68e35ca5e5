using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Holdfast.AI.Approvals.Links;

/// <summary>
/// Makes links by which one person decides one request about one text, and reads them. A link is sealed with the host's data protection keys:
/// it cannot be read, changed or made by anybody without them. Keep these keys in a folder that only this service can read.
/// </summary>
/// <remarks>
/// A link is no secret that works once: it may be opened by mail scanners and by its person any number of times. That a decision
/// is taken once rests on the workflow.
/// </remarks>
public sealed class ApprovalLinks(IDataProtectionProvider protection, IOptions<ApprovalLinkOptions> options, TimeProvider time)
{
    /// <summary>Where the pages are.</summary>
    public const string Path = "/approve";

    // Far beyond what the longest ids make.
    private const int LongestToken = 6_000;

    private readonly IDataProtector protector = protection.CreateProtector("Holdfast.Approvals.Links", "v1");

    /// <summary>A link for one person, or null if there is no public address.</summary>
    /// <param name="approvalId">Of the workflow's requests, which.</param>
    /// <param name="contentHash">The text it is about: once that was changed, the link decides nothing.</param>
    /// <param name="person">Who gets it; recorded as the one who decided. Send it to nobody else.</param>
    /// <param name="expiresAt">When the request expires.</param>
    public Uri? For(string @namespace, string workflowId, string runId, string approvalId, string contentHash, string person, DateTimeOffset expiresAt)
    {
        ArgumentException.ThrowIfNullOrEmpty(contentHash);
        ArgumentException.ThrowIfNullOrEmpty(person);
        if (options.Value.PublicUrl is not { } home)
            return null;

        var claims = new ApprovalLinkClaims(@namespace, workflowId, runId, approvalId, contentHash, person, expiresAt);
        var token = Convert.ToBase64String(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(claims))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return new($"{home.AbsoluteUri.TrimEnd('/')}{Path}/{token}");
    }

    /// <summary>What a link says, if it is one of ours, and whether its time is over.</summary>
    internal (ApprovalLinkClaims? Claims, bool Expired) Read(string? token)
    {
        if (string.IsNullOrEmpty(token) || token.Length > LongestToken)
            return (null, false);

        try
        {
            var padded = token.Replace('-', '+').Replace('_', '/').PadRight((token.Length + 3) / 4 * 4, '=');
            var claims = JsonSerializer.Deserialize<ApprovalLinkClaims>(protector.Unprotect(Convert.FromBase64String(padded)));
            return (claims, claims is not null && time.GetUtcNow() > claims.ExpiresAt + options.Value.ClockSkew);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException or JsonException)
        {
            return (null, false);
        }
    }
}
