using System.Security.Cryptography;
using System.Text;

namespace Holdfast.EmailSupport.Mail;

/// <summary>
/// The Message-IDs that we give to what we send. They are computed and never drawn, so that sending again after a crash is
/// the same mail with the same id.
/// </summary>
internal static class OwnMessageId
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
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(workflowId)));
        return $"{Prefix}{hash[..32]}.{part}@{identity.Domain}";
    }

    public static bool IsOurs(string messageId, MailIdentity identity) =>
        messageId.StartsWith(Prefix, StringComparison.Ordinal) && MailAddress.DomainOf(messageId) == identity.Domain;
}
