using MailKit.Net.Smtp;
using MimeKit;

namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>
/// Hands mail over to the one recipient that matters and to others that get a copy. The mail goes out without a copy that the
/// server refuses; that it refuses the one recipient is a failure.
/// </summary>
internal sealed class SubmittingClient(string recipient) : SmtpClient
{
    private readonly List<string> refused = [];

    /// <summary>The copies that the server refused, each with its answer.</summary>
    public IReadOnlyList<string> Refused => refused;

    protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        if (string.Equals(mailbox.Address, recipient, StringComparison.OrdinalIgnoreCase))
            base.OnRecipientNotAccepted(message, mailbox, response);
        else
            refused.Add($"{mailbox.Address}: {(int)response.StatusCode} {response.Response}");
    }
}
