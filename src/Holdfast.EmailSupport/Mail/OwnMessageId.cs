using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Holdfast.AI.Tenants;

namespace Holdfast.EmailSupport.Mail;

/// <summary>
/// The Message-IDs that we give to what we send. They are computed and never drawn, so that sending again after a crash is
/// the same mail with the same id.
/// </summary>
internal static partial class OwnMessageId
{
    private const string Prefix = "holdfast.";

    /// <summary>The id of one mail of a workflow, without angle brackets.</summary>
    /// <param name="part">Which of the workflow's mails: <c>reply</c>, <c>reminder-1</c>. Letters, digits and dashes.</param>
    /// <remarks>
    /// From the workflow id and not the run id: a run that starts over (a reset, a retry) is about the same mail, and must find
    /// the answer that an earlier run has already sent.
    /// </remarks>
    public static string For(string workflowId, string part, MailIdentity identity)
    {
        var name = CaseName().Match(workflowId) is { Success: true } match
            ? match.Groups[1].Value
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(workflowId)))[..32];
        return $"{Prefix}{name}.{part}{Suffix(identity)}@{identity.Domain}";
    }

    /// <summary>The id of the workflow that sent this mail, or null when it is none of ours.</summary>
    /// <remarks>Only who got one of our mails knows such an id: it is made from the hash of the mail that began the case.</remarks>
    public static string? WorkflowOf(string messageId, MailIdentity identity) =>
        IsOurs(messageId, identity) && OwnId().Match(messageId) is { Success: true } match && match.Groups[2].Value == Suffix(identity)
            ? identity.WorkflowPrefix + match.Groups[1].Value
            : null;

    public static bool IsOurs(string messageId, MailIdentity identity) =>
        messageId.StartsWith(Prefix, StringComparison.Ordinal) && MailAddress.DomainOf(messageId) == identity.Domain;

    // Tenants may share a domain, and the same mail may come to two of them.
    private static string Suffix(MailIdentity identity) => identity.Tenant == TenantNames.Default ? "" : $".{identity.Tenant}";

    [GeneratedRegex(@"\Amail/(?:[a-z0-9-]+/)?([0-9a-f]{32})\z")]
    private static partial Regex CaseName();

    [GeneratedRegex(@"\Aholdfast\.([0-9a-f]{32})\.reply(?:-[0-9]+)?(\.[a-z0-9-]+)?@")]
    private static partial Regex OwnId();
}
